"""What the tests send again and again, and how they read a refusal."""

from tests.conftest import URL

PATH = f"{URL}/8005550142/7205550134"
CALL = {"cost": "12.5", "call_date": "2024-03-05T14:21:09Z"}
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"


def refusal(response):
    """Return status and error of an answer that is no success, which is JSON and says nothing else."""
    assert response.content_type == "application/json"
    assert list(response.json) == ["error"]
    return response.status_code, response.json["error"]
