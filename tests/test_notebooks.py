"""The notebooks run from top to bottom on bundled data, and are committed without outputs."""

from pathlib import Path

import nbclient
import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.browser  # the kernel talks to this process over sockets of this machine
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path):
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        assert not cell.get("outputs"), "strip the outputs before committing"
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    shown = [
        output["data"]["text/html"]
        for output in notebook.cells[-1]["outputs"]
        if "text/html" in output.get("data", {})
    ]
    assert len(shown) == 1
    assert "srcdoc" in shown[0]
    assert 'src="http' not in shown[0]
