"""The manifests: as Kubernetes' schemas and KubeRay's fields have them, locked down, up to date."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import jsonschema
import kubernetes_validate
import pytest
import yaml
from cronsim import CronSim

import fervid
from fervid.cli.analyze import command as analyze
from tests.schedules.placed import ROOT, SCHEDULES

FOLDER = SCHEDULES / "kubernetes"
VERSIONS = ("1.31", "1.37")
"""podFailurePolicy is stable from 1.31 on; and the newest that the validator knows."""
RAYJOB = json.loads((Path(__file__).parent / "rayjob.schema.json").read_text())
Manifest = dict[str, Any]


def manifests(kind: str | None = None) -> list[Manifest]:
    files = sorted(FOLDER.glob("*.yaml"))
    assert files
    every = [each for file in files for each in yaml.safe_load_all(file.read_text())]
    return [each for each in every if kind in {None, each["kind"]}]


def templates() -> Iterator[tuple[str, Manifest]]:
    """Every pod template, by a name for the test."""
    [cron], [job] = manifests("CronJob"), manifests("RayJob")
    yield "CronJob", cron["spec"]["jobTemplate"]["spec"]["template"]
    yield "RayJob's submitter", job["spec"]["submitterPodTemplate"]
    cluster = job["spec"]["rayClusterSpec"]
    yield "RayJob's head", cluster["headGroupSpec"]["template"]
    for group in cluster["workerGroupSpecs"]:
        yield f"RayJob's workers, {group['groupName']}", group["template"]


each_template = pytest.mark.parametrize(
    "template", [pytest.param(template, id=name) for name, template in templates()]
)


@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_takes_every_manifest_of_its_own(version: str) -> None:
    for manifest in manifests():
        if not manifest["apiVersion"].startswith("ray.io/"):
            kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.parametrize("version", VERSIONS)
@each_template
def test_kubernetes_takes_the_pods(template: Manifest, version: str) -> None:
    whole = {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "x"}}
    kubernetes_validate.validate(whole | {"template": template}, version, strict=True)


def test_the_rayjob_has_the_fields_that_kuberay_knows() -> None:
    [job] = manifests("RayJob")
    jsonschema.validate(job, RAYJOB)


@pytest.mark.parametrize("wrong", ["shutdownAfterJobFinish", "schedule"])
def test_a_field_that_kuberay_does_not_know_is_found(wrong: str) -> None:
    [job] = manifests("RayJob")
    job["spec"][wrong] = True
    with pytest.raises(jsonschema.ValidationError, match=wrong):
        jsonschema.validate(job, RAYJOB)


def test_a_field_that_kubernetes_does_not_know_is_found() -> None:
    [cron] = manifests("CronJob")
    cron["spec"]["concurrency"] = "Forbid"
    with pytest.raises(kubernetes_validate.ValidationError, match="concurrency"):
        kubernetes_validate.validate(cron, VERSIONS[-1], strict=True)


@each_template
def test_a_pod_is_no_root_and_has_no_more_than_it_needs(template: Manifest) -> None:
    pod = template["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] >= 10_000
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        locked = container["securityContext"]
        assert locked["readOnlyRootFilesystem"] is True
        assert locked["allowPrivilegeEscalation"] is False
        assert locked["capabilities"] == {"drop": ["ALL"]}
        assert {"memory"} <= container["resources"]["limits"].keys()
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
        volumes = {each["name"] for each in pod["volumes"]}
        assert {each["name"] for each in container["volumeMounts"]} <= volumes


@each_template
def test_the_image_is_this_version(template: Manifest) -> None:
    for container in template["spec"]["containers"]:
        assert container["image"].rpartition(":")[2] == fervid.__version__


def test_the_cluster_runs_the_ray_that_the_image_has() -> None:
    [job] = manifests("RayJob")
    version = job["spec"]["rayClusterSpec"]["rayVersion"]
    assert f"ray=={version}" in (ROOT / "constraints.txt").read_text().splitlines()


def test_nights_follow_one_another() -> None:
    [cron] = manifests("CronJob")
    assert cron["spec"]["concurrencyPolicy"] == "Forbid"
    assert next(CronSim(cron["spec"]["schedule"], datetime(2026, 11, 23))).hour == 2
    assert cron["spec"]["jobTemplate"]["spec"]["backoffLimit"] > 0


def commands() -> Iterator[list[str]]:
    [cron], [job] = manifests("CronJob"), manifests("RayJob")
    [container] = cron["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    yield container["command"] + container["args"]
    yield shlex.split(job["spec"]["entrypoint"])


@pytest.mark.parametrize("words", list(commands()), ids=["CronJob", "RayJob"])
def test_the_options_are_options_of_fervid(words: list[str]) -> None:
    assert words[:3] == ["python", "-m", "jobs.analyze"]
    assert analyze.make_context("analyze", words[3:]).params["resume"] is True


def test_an_option_that_is_none_is_found() -> None:
    with pytest.raises(click.NoSuchOption):
        analyze.make_context("analyze", ["in", "--out", "out", "--no-such-option"])
