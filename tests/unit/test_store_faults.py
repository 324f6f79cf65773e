"""What the call or its environment names wrongly is told plainly, with a remedy, and is usage."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fervid import read_results, summarize
from fervid.errors import FervidError, UsageError, exit_code_of
from fervid.sources import Listed, discover
from fervid.store import Location, objects
from fervid.write import check_out
from tests.s3_faults import status
from tests.s3_server import KEY_ID, SECRET, Bucket
from tests.served import Server, head, raw, self_signed


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "PAUSES_S", ())


def failure_of(call: object, *arguments: object, **options: object) -> FervidError:
    with pytest.raises(FervidError) as caught:
        call(*arguments, **options)  # type: ignore[operator]
    assert SECRET not in str(caught.value)
    assert KEY_ID not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("key", ["", "clips", "clips/", "clip.mp4", "**/*.mp4"])
def test_a_bucket_that_is_not_there_is_named_with_its_server(bucket: Bucket, key: str) -> None:
    error = failure_of(discover, [f"s3://nope/{key}"])
    host = bucket.endpoint.removeprefix("http://")
    assert error.message == f"There is no bucket 'nope' at {host}."
    assert "AWS_ENDPOINT_URL" in error.remedy
    assert exit_code_of(error) == 2


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("name", ["results", "results.parquet", "a/results.csv"])
def test_so_is_that_of_a_result_to_be_written_or_read(name: str) -> None:
    for call in (lambda url: check_out(url, overwrite=True), read_results):
        error = failure_of(call, f"s3://nope/{name}")
        assert error.message.startswith("There is no bucket 'nope' at 127.0.0.1:")
        assert exit_code_of(error) == 2


@pytest.mark.usefixtures("bucket")
def test_in_a_list_it_costs_what_lies_there_alone() -> None:
    (source,) = discover([Listed("s3://nope/clip.mp4")]).sources
    assert source.url == "s3://nope/clip.mp4"


@pytest.mark.parametrize(
    ("name", "value", "said", "remedy"),
    [
        ("AWS_PROFILE", "prod", r"profile \(prod\) could not be found", "~/.aws/credentials"),
        ("AWS_ENDPOINT_URL", "localhost:9000", "'localhost:9000' is no address", "http://"),
        ("AWS_ENDPOINT_URL", "http://k:hush@/", "'http:///' is no address", "http://"),
    ],
)
@pytest.mark.usefixtures("bucket")
def test_settings_that_lead_nowhere_are_usage_errors(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str, remedy: str
) -> None:
    monkeypatch.setenv(name, value)
    for call in (lambda url: discover([url]), lambda url: check_out(url, overwrite=True)):
        error = failure_of(call, "s3://night/r.parquet")
        with pytest.raises(UsageError, match=said):
            raise error
        assert remedy in error.remedy
        assert name in error.remedy
        assert "hush" not in str(error)


@pytest.mark.usefixtures("bucket")
def test_a_name_that_no_bucket_can_have_is_told_in_short() -> None:
    error = failure_of(discover, ["s3://no pe/clip.mp4"])
    assert error.message.endswith("no bucket can be called 'no pe'.")
    assert exit_code_of(error) == 2


def test_a_server_without_tls_is_told_where_https_is_written(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = bucket.endpoint
    tls = plain.replace("http:", "https:")
    error = failure_of(discover, [f"{tls}/clip.mp4"])
    assert "does not speak TLS" in error.message
    assert "Write http:// in the address" in error.remedy
    monkeypatch.setenv("AWS_ENDPOINT_URL", tls)
    for call in (lambda url: discover([url]), lambda url: check_out(url, overwrite=True)):
        error = failure_of(call, bucket.url("r.parquet"))
        assert "does not speak TLS" in error.message
        assert "Write http:// in AWS_ENDPOINT_URL" in error.remedy
        assert exit_code_of(error) == 2
    assert not bucket.asked


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with openssl")
@pytest.mark.parametrize(("kind", "variable"), [("web", "SSL_CERT_FILE"), ("s3", "AWS_CA_BUNDLE")])
def test_a_certificate_that_is_not_trusted_is_named_and_not_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bucket: Bucket, kind: str, variable: str
) -> None:
    monkeypatch.setattr(objects, "PAUSES_S", (60.0,))
    tls, _ = self_signed(tmp_path)
    with Server(raw(), tls=tls) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        address = {"web": f"{server.url}/clip.mp4", "s3": bucket.url("r.parquet")}
        error = failure_of(objects.read_bytes, Location.of(address[kind]))
    assert "certificate is not trusted" in error.message
    assert "authority's certificate" in error.remedy
    assert variable in error.remedy
    assert "network" not in error.remedy


@pytest.mark.usefixtures("bucket")
def test_missing_credentials_are_told_with_the_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    error = failure_of(discover, ["s3://night/"])
    assert "no credentials were found" in error.message
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "FSSPEC_S3_ANON"):
        assert name in error.remedy


def test_a_web_address_that_leads_nowhere_has_no_remedy_of_prefixes() -> None:
    gone = raw(head("404 Not Found", Content_Length=0))
    with Server(*[gone] * 8) as server:
        error = failure_of(discover, [f"{server.url}/none.mp4?sig=hush"])
    assert error.message == f"There is no file at {server.url}/none.mp4: the server answers 404."
    assert "**" not in error.remedy
    assert "prefix" not in error.remedy
    assert exit_code_of(error) == 2


def test_a_result_that_is_not_there_is_a_usage_error(bucket: Bucket, tmp_path: Path) -> None:
    for result in (tmp_path / "none.parquet", tmp_path, bucket.url("none.parquet")):
        for call in (read_results, summarize):
            assert exit_code_of(failure_of(call, result)) == 2


def test_a_store_that_refuses_is_none(bucket: Bucket) -> None:
    bucket.fail(status(403), part="none", times=9)
    assert exit_code_of(failure_of(read_results, bucket.url("none.parquet"))) == 1
