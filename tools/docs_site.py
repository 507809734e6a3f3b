"""Build the documentation as a site, in build/site/VERSION: `python tools/docs_site.py`.

The pages of docs/ are written for GitHub: they link to files and folders of the repository. Here
they are copied to build/site-source, with such links turned to pages that show those files, and
Zensical makes the site of them. Decision 0136 says why.
"""

from __future__ import annotations

from collections.abc import Iterator
import json
import os
from pathlib import Path
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ssbt.compiler.emit.version import VERSION
from tools.site_navigation import navigation, title

ROOT = Path(__file__).resolve().parents[1]
ASSETS = ROOT / "tools" / "site"
WORK = ROOT / "build" / "site-source"
SITE = ROOT / "build" / "site"

# Where files of the repository that pages link to are shown in the site.
REPOSITORY = Path("repository")
_CODE = re.compile(
    r"(^(?P<fence>`{3,}|~{3,}).*?^(?P=fence)`*$|`[^`\n]+`)", re.MULTILINE | re.DOTALL
)
_LINK = re.compile(r"(?<=\]\()(?!#|[a-z]+:)([^)\s#]+)(#[^)\s]*)?(?=\))")
_LANGUAGES = {".lark": "text", ".tmLanguage": "json", ".conf": "text", ".sh": "bash"}


class LinkError(Exception):
    """A link that leads to nothing."""


class Pages:
    """The pages of one site, written to a folder as they are met."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written: dict[Path, Path] = {}

    def write_all(self) -> None:
        """Write every page of docs/, and what these link to."""
        for path in sorted((ROOT / "docs").rglob("*")):
            if path.is_file():
                self.add(path)

    def add(self, path: Path) -> Path:
        """Where a file or folder of the repository is shown, relative to the site's pages."""
        if path in self.written:
            return self.written[path]
        place = _place(path)
        self.written[path] = place
        if path.is_dir():
            self._write(place, self._folder_page(path, place))
        elif path.suffix == ".md":
            self._write(place, self._rewrite_links(path, place))
        elif place.suffix == ".md":
            self._write(place, f"# {path.relative_to(ROOT)}\n\n{_listing(path)}")
        else:
            target = self.folder / place
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        return place

    def _rewrite_links(self, path: Path, place: Path) -> str:
        """The text of a page, with its links turned to pages of the site."""

        def rewrite_link(match: re.Match[str]) -> str:
            return f"{self._address(path, place, match[1])}{match[2] or ''}"

        parts = _CODE.split(path.read_text("utf-8"))
        # Split gives text, code, the code's fence, and again text.
        texts = (_LINK.sub(rewrite_link, text) + (code or "") for text, code in _pairs(parts))
        return "".join(texts)

    def _address(self, path: Path, place: Path, link: str) -> str:
        target = (path.parent / link).resolve()
        if not target.exists() or not target.is_relative_to(ROOT):
            raise LinkError(f"{path.relative_to(ROOT)} links to {link}, which does not exist")
        return os.path.relpath(self.add(target), place.parent)

    def _folder_page(self, path: Path, place: Path) -> str:
        readme = path / "README.md"
        if readme.exists():
            return self._rewrite_links(readme, place)
        parts = [f"# {path.relative_to(ROOT).as_posix().removeprefix('docs/').capitalize()}"]
        if path.is_relative_to(ROOT / "docs"):
            names = sorted(page for page in path.glob("*.md"))
            parts.append("\n".join(f"- [{title(page)}]({page.name})" for page in names))
            return "\n\n".join(parts) + "\n"
        for file in _list_tracked_files(path):
            parts += [f"## {file.relative_to(path)}", _listing(file)]
        return "\n\n".join(parts) + "\n"

    def _write(self, place: Path, text: str) -> None:
        target = self.folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")


def _pairs(parts: list[str]) -> Iterator[tuple[str, str | None]]:
    for index in range(0, len(parts), 3):
        yield parts[index], parts[index + 1] if index + 1 < len(parts) else None


def _place(path: Path) -> Path:
    docs = ROOT / "docs"
    inside = path.is_relative_to(docs)
    place = path.relative_to(docs) if inside else REPOSITORY / path.relative_to(ROOT)
    if path.is_dir():
        return place / "README.md"
    return place if inside or path.suffix == ".md" else place.with_name(f"{path.name}.md")


def _listing(path: Path) -> str:
    """A file as a block of code, with a fence longer than any in it."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        return "Not text.\n"
    fence = max(["```", *(run + "`" for run in re.findall(r"^`{3,}", text, re.MULTILINE))], key=len)
    language = _LANGUAGES.get(path.suffix, path.suffix.removeprefix("."))
    return f"{fence}{language}\n{text.rstrip()}\n{fence}\n"


def _list_tracked_files(folder: Path) -> list[Path]:
    """The files of a folder that are in git: what a run leaves there is not one of them."""
    command = ["git", "ls-files", "-z", "."]
    listed = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=True)
    return [folder / name for name in listed.stdout.split("\0") if name]


def configuration(pages: Path) -> dict[str, object]:
    """What Zensical reads, in the form that MkDocs reads, too."""
    return {
        "site_name": f"SSBT {VERSION}",
        "docs_dir": pages.name,
        "site_dir": "site",
        "use_directory_urls": False,
        "theme": {
            "name": "material",
            "font": False,
            "features": [
                "navigation.prune",
                "navigation.tabs",
                "content.code.copy",
                "search.highlight",
            ],
            "palette": [
                {"media": "(prefers-color-scheme: light)", "scheme": "default"}
                | {"toggle": {"icon": "material/weather-night", "name": "Dark"}},
                {"media": "(prefers-color-scheme: dark)", "scheme": "slate"}
                | {"toggle": {"icon": "material/weather-sunny", "name": "Light"}},
            ],
        },
        "plugins": ["search", "offline"],
        "extra": {"generator": False, "polyfills": ["site/iframe-worker.js"]},
        "extra_css": ["site/site.css"],
        "extra_javascript": ["site/versions.js"],
        "markdown_extensions": [
            "tables",
            {"toc": {"permalink": True}},
            "pymdownx.superfences",
            "pymdownx.highlight",
            "pymdownx.inlinehilite",
        ],
        "nav": navigation(pages),
    }


def build(site: Path = SITE, work: Path = WORK) -> Path:
    """The folder of this version's pages, built from scratch; other versions beside it stay."""
    shutil.rmtree(work, ignore_errors=True)
    pages = work / "pages"
    Pages(pages).write_all()
    shutil.copytree(ASSETS, pages / "site")
    # JSON is YAML.
    (work / "mkdocs.yml").write_text(json.dumps(configuration(pages), indent=1), encoding="utf-8")
    zensical = Path(sys.executable).with_name("zensical")
    subprocess.run([zensical, "build", "--strict", "-f", "mkdocs.yml"], check=True, cwd=work)
    target = site / VERSION
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(work / "site", target)
    _write_versions(site)
    return target


def _write_versions(site: Path) -> None:
    """What the choice of a version shows, and a first page that leads to the newest."""
    folders = [path.name for path in site.iterdir() if (path / "index.html").exists()]
    versions = sorted(folders, key=_numbers, reverse=True)
    (site / "versions.js").write_text(f"window.ssbtVersions = {json.dumps(versions)};\n")
    newest = f"{versions[0]}/index.html"
    (site / "index.html").write_text(
        f'<!doctype html><meta charset="utf-8"><title>SSBT</title>'
        f'<meta http-equiv="refresh" content="0; url={newest}"><a href="{newest}">SSBT</a>\n'
    )


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


if __name__ == "__main__":
    try:
        print(build() / "index.html")
    except LinkError as error:
        sys.exit(str(error))
