"""Amazon's library for IAM: not run, but it has the classes and options that we name."""

from __future__ import annotations

import zipfile

import pytest

from ssbt.compiler.connectors.loading import find_connector
from ssbt.runtime import kafka_options
from tests.jars import artefact

# It is fetched as Spark's own packages are.
pytestmark = pytest.mark.spark

OPTIONS = {
    "kafka.sasl.mechanism": "AWS_MSK_IAM",
    "kafka.sasl.aws.role.arn": "r",
    "kafka.sasl.aws.role.session.name": "s",
    "kafka.sasl.aws.sts.region": "t",
    "kafka.sasl.aws.profile.name": "p",
}


def test_classes_and_options() -> None:
    kafka = find_connector("kafka")
    assert kafka is not None
    assert kafka.connection is not None
    mechanism = kafka.connection.option("sasl_mechanism")
    assert mechanism is not None
    choice = mechanism.choice("aws_msk_iam")
    assert choice is not None
    result = kafka_options(OPTIONS)
    module, _, items = result["kafka.sasl.jaas.config"].rstrip(";").partition(" required ")
    (coordinates,) = choice.packages
    with zipfile.ZipFile(artefact(f"{coordinates}:jar")) as jar:
        names = jar.namelist()
        for name in (module, result["kafka.sasl.client.callback.handler.class"]):
            assert f"{name.replace('.', '/')}.class" in names
        code = b"".join(jar.read(name) for name in names if name.endswith(".class"))
    for item in items.split():
        assert item.partition("=")[0].encode() in code
    assert choice.spark.encode() in code
