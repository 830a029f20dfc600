"""A CKAN on this machine that speaks the calls of HDX's library, as far as CKAN documents them."""

import email
import email.policy
import json
import re
import socket
import uuid

KEY = "0f3c2a55-of-nobody"
ORGANISATION = {"id": str(uuid.uuid4()), "name": "a-relief-agency", "title": "A Relief Agency"}
MAINTAINER = {"id": str(uuid.uuid4()), "name": "a-person"}
TOPICS = ("affected population", "conflict-violence", "geodata", "hazards and risk", "flooding")


class Ckan:
    """The site: what it holds, what it was asked, and how it fails (`faults`, by action)."""

    reads_form = True  # some faults are in the middle of a body

    def __init__(self, url):
        self.url = url
        self.datasets, self.showcases, self.pairs, self.files = {}, {}, set(), {}
        self.asked, self.headers, self.faults = [], [], {}
        self.topics = TOPICS

    def __call__(self, handler):
        action = handler.path.removeprefix("/api/action/")
        self.asked.append(action)
        self.headers.append(dict(handler.headers))
        if fault := self.faults.get(action):
            fault(handler)
            return
        told, files = read_request(handler)
        if handler.headers.get("Authorization") != KEY:
            fail(handler, 403, "Authorization Error", message="Access denied")
        elif (found := getattr(self, action)(told, files)) is None:
            fail(handler, 404, "Not Found Error", message="Not found")
        else:
            answer(handler, 200, {"success": True, "result": found})

    def vocabulary_show(self, *_):
        tags = [{"name": name, "id": str(uuid.uuid4())} for name in self.topics]
        return {"id": str(uuid.uuid4()), "name": "Topics", "tags": tags}

    def organization_show(self, told, _):
        return ORGANISATION if told["id"] in ORGANISATION.values() else None

    def user_show(self, told, _):
        return MAINTAINER if told["id"] in MAINTAINER.values() else None

    def package_show(self, told, _):
        found = (
            each for each in self.datasets.values() if told["id"] in (each["id"], each["name"])
        )
        return next(found, None)

    def package_create(self, told, _):
        assert told["name"] not in self.datasets
        told["id"] = str(uuid.uuid4())
        for resource in told["resources"]:
            self._settle(told, resource)
        self.datasets[told["name"]] = told
        return told

    def package_revise(self, told, files):
        match, filters, update = (
            json.loads(told.get(n, "[]")) for n in ("match", "filter", "update")
        )
        dataset = self.package_show(match, None)
        for line in filters:
            key, _, index = line.removeprefix("-").partition("__")
            del dataset[key][int(index)]
        resources = dataset["resources"]
        for index, resource in enumerate(update.pop("resources", [])):
            if index == len(resources):
                resources.append({})
            resources[index].update(resource)
            self._settle(dataset, resources[index])
        dataset.update(update)
        for field, (name, body) in files.items():
            resource = resources[int(re.fullmatch(r"update__resources__(\d+)__upload", field)[1])]
            resource["url"] = (
                f"{self.url}/dataset/{dataset['id']}/resource/{resource['id']}/download/{name}"
            )
            self.files[resource["id"]] = body
        return {"package": dataset}

    def package_resource_reorder(self, told, _):
        dataset = self.package_show(told, None)
        dataset["resources"].sort(key=lambda each: told["order"].index(each["id"]))
        return {"order": told["order"]}

    def ckanext_showcase_show(self, told, _):
        return self.showcases.get(told["id"])

    def ckanext_showcase_create(self, told, _):
        assert told["name"] not in self.showcases
        told["id"] = str(uuid.uuid4())
        self.showcases[told["name"]] = told
        return told

    def ckanext_showcase_update(self, told, _):
        self.showcases[told["name"]].update(told)
        return self.showcases[told["name"]]

    def ckanext_package_showcase_list(self, told, _):
        ids = {showcase for package, showcase in self.pairs if package == told["package_id"]}
        return [each for each in self.showcases.values() if each["id"] in ids]

    def ckanext_showcase_package_association_create(self, told, _):
        self.pairs.add((told["package_id"], told["showcase_id"]))
        return told

    def _settle(self, dataset, resource):
        resource.setdefault("id", str(uuid.uuid4()))
        resource["package_id"] = dataset["id"]
        if not resource.get("url", "").startswith("http"):
            resource["url"] = f"{self.url}/dataset/x/resource/x/download/{resource['url']}"


def read_request(handler):
    """Return the fields of a request (JSON or multipart) and its files: name, bytes."""
    body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
    kind = handler.headers.get("Content-Type", "")
    if not kind.startswith("multipart/"):
        return json.loads(body or b"{}"), {}
    whole = f"Content-Type: {kind}\r\n\r\n".encode() + body
    told, files = {}, {}
    for part in email.message_from_bytes(whole, policy=email.policy.HTTP).iter_parts():
        name = part.get_param("name", header="Content-Disposition")
        if part.get_filename():
            files[name] = part.get_filename(), part.get_payload(decode=True)
        else:
            told[name] = part.get_payload(decode=True).decode()
    return told, files


def answer(handler, status, content):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def fail(handler, status, kind, **fields):
    answer(handler, status, {"success": False, "error": {"__type": kind, **fields}})


def refuse(status, body=b"<html><h1>Not today</h1></html>"):
    """Return a fault: a status and a page of HTML."""

    def fault(handler):
        read_request(handler)
        answer(handler, status, body)

    return fault


def hang_up(handler):
    """Break the connection off in the middle of an upload."""
    handler.rfile.read(10)
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)
