"""Fixtures that all tests share: the deterministic Hypothesis profile, Java, Spark, servers."""

from __future__ import annotations

from collections.abc import Iterator
import os
from pathlib import Path
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from hypothesis import settings
import pytest

from tests.brokers import Broker, running_broker
from tests.guards import guards
from tests.jars import DELTA, ICEBERG, SPARK_AVRO, SPARK_KAFKA, SQLITE, jars
from tests.jvm import INTERPRETED, IS_LONG, ROOMY, java_variables
from tests.registries import Registry, running_registry
from tests.tokens import running_tokens

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile("deterministic", derandomize=True, deadline=None, database=None)
settings.register_profile("quick", settings.get_profile("deterministic"), max_examples=25)
settings.register_profile("fuzz", max_examples=2_000, deadline=None, print_blob=True)
settings.load_profile("deterministic")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the files that take longest be first, so that no process has one left at the end."""
    lines = (ROOT / "tests" / "file_times.tsv").read_text().splitlines()
    places = {ROOT / line.split("\t")[1]: place for place, line in enumerate(lines)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(scope="session")
def java_home() -> Path:
    """The home of a Java that Spark runs on, in JAVA_HOME too, with how the tests' JVMs start."""
    result = subprocess.run(
        [ROOT / "tools" / "java.sh"], stdout=subprocess.PIPE, text=True, check=True
    )
    home = result.stdout.strip()
    os.environ["JAVA_HOME"] = home
    os.environ.update(java_variables())
    return Path(home)


@pytest.fixture(autouse=True)
def _java_for_spark(request: pytest.FixtureRequest) -> None:
    """Give every test marked `spark` its Java, for those that start Spark in a process too."""
    if request.node.get_closest_marker("spark"):
        request.getfixturevalue("java_home")


@pytest.fixture(autouse=True)
def _no_secrets_of_others() -> Iterator[None]:
    """What one test looked up as a secret is a plain word in the next."""
    yield
    module = sys.modules.get("ssbt.runtime.providers.secrets")
    if module is not None:
        module._known_spellings.clear()
        module._in_use.clear()


@pytest.fixture(scope="session")
def spark(java_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A local Spark shared by the whole run; tests must not stop it or change its settings."""
    from pyspark.sql import SparkSession

    # Spark's workers would take the system's Python, which lacks what processors need.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    needed = (SPARK_AVRO, SPARK_KAFKA, DELTA, ICEBERG, SQLITE)
    packages = [jar for each in needed for jar in jars(each)]
    session = (
        SparkSession.builder.master("local[2]")
        .appName("ssbt tests")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", 2)
        .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
        .config("spark.jars", ",".join(map(str, packages)))
        .config("spark.ui.enabled", False)
        .config("spark.driver.memory", "1500m")
        .config("spark.driver.extraJavaOptions", ROOMY)
        # Spark compiles what tests ask it, as it does for users, and keeps it for the next one.
        .config("spark.sql.codegen.wholeStage", True)
        .config("spark.sql.codegen.factoryMode", "FALLBACK")
        .config("spark.sql.codegen.cache.maxEntries", 2_000)
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture
def interpreted(spark: SparkSession) -> Iterator[None]:
    """For tests of streams, files and tables: how Spark computes values is not what they ask."""
    before = {name: str(spark.conf.get(name)) for name in INTERPRETED}
    interpret_plans(spark)
    yield
    for name, value in before.items():
        spark.conf.set(name, value)


def interpret_plans(spark: SparkSession) -> None:
    """Let a session interpret plans, unless numbers are asked for with which compiling pays off."""
    for name, value in () if IS_LONG else INTERPRETED.items():
        spark.conf.set(name, value)


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A schema registry shared by the whole run; each test uses subjects of its own."""
    with running_registry(tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture(scope="session")
def delta(spark: SparkSession) -> SparkSession:
    """A session of the same Spark with Delta Lake's extension and catalog, as scripts have it.

    The extension replaces the parser, so that it stays away from the other tests.
    """
    return delta_session(spark)


def delta_session(spark: SparkSession) -> SparkSession:
    """Another session of that Spark with Delta Lake, and with views of its own."""
    from pyspark.sql import SparkSession

    jvm: Any = spark._jvm
    builder = jvm.org.apache.spark.sql.classic.SparkSession.builder()
    builder = builder.withExtensions(jvm.io.delta.sql.DeltaSparkSessionExtension())
    session = SparkSession(spark.sparkContext, builder.create())
    catalog = "org.apache.spark.sql.delta.catalog.DeltaCatalog"
    session.conf.set("spark.sql.catalog.spark_catalog", catalog)
    interpret_plans(session)
    return session


@pytest.fixture
def iceberg(spark: SparkSession) -> SparkSession:
    """A session of the same Spark with Iceberg's extension, and without any of its catalogs."""
    return iceberg_session(spark)


def iceberg_session(spark: SparkSession) -> SparkSession:
    """Another session of that Spark with Iceberg, and with views of its own."""
    from pyspark.sql import SparkSession

    jvm: Any = spark._jvm
    extensions = jvm.org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions()
    builder = jvm.org.apache.spark.sql.classic.SparkSession.builder().withExtensions(extensions)
    session = SparkSession(spark.sparkContext, builder.create())
    interpret_plans(session)
    return session


@pytest.fixture(scope="session")
def rocksdb(spark: SparkSession) -> SparkSession:
    """A session of the same Spark whose streams keep their state in RocksDB, as scripts have it."""
    session = spark.newSession()
    store = "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider"
    session.conf.set("spark.sql.streaming.stateStore.providerClass", store)
    interpret_plans(session)
    return session


@pytest.fixture(scope="session")
def broker(java_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A Kafka broker shared by the whole run."""
    folder = tmp_path_factory.mktemp("kafka")
    with running_tokens() as tokens, running_broker(folder, guards(folder, tokens)) as running:
        yield running
