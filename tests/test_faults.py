"""Every source of figures and events meets everything that servers do wrong."""

import pytest

from tests.event_services import EVENT_SERVICES
from tests.faults import FAULTS, Service, list_cases
from tests.services import dump

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

TCD = ("--area", "TCD", "--date", "2024-02-24", "--yes")
DTM = "dtmapi.iom.int/v3/displacement"
IDPS = "hapi.humdata.org/api/v2/affected-people/idps"
ROUND = {"operation": "X", "admin1Pcode": "TD07", "numPresentIdpInd": 5,
         "reportingDate": "2024-01-01"}  # fmt: skip
IDP = {"location_code": "TCD", "population": 7, "reference_period_start": "2024-01-01"}

SERVICES = {
    "dtm": Service(
        source="dtm",
        arguments=(*TCD, "--offer", "admin1"),
        pages={
            f"{DTM}/country-list": dump({"result": [{"admin0Pcode": "TCD"}]}),
            f"{DTM}/admin1?Admin0Pcode=TCD": dump({"result": [ROUND]}),
        },
        at=f"{DTM}/admin1?Admin0Pcode=TCD",
        secrets={"CIVMAP_DTM_KEY": "k3y-of-nobody"},
        changed=dump({"result": [{"operation": "X"}]}),
    ),
    "hapi": Service(
        source="hapi",
        arguments=TCD,
        pages={IDPS: dump({"data": [IDP]})},
        at=IDPS,
        secrets={"CIVMAP_CONTACT": "somebody@of-nobody.example.org"},
        changed=dump({"data": [{"location_code": "TCD"}]}),
    ),
    **EVENT_SERVICES,
}


@pytest.mark.parametrize(("service", "fault"), list_cases(SERVICES))
def test_fault_ends_in_the_right_file_or_a_clear_error(fault_bench, service, fault):
    fault_bench.check(SERVICES[service], FAULTS[fault])
