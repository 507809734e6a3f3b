// The list of versions stands beside their folders, as a script: a page on the file system may load
// a script, but not fetch a file.
const here = document.currentScript.src;
const root = new URL("../../", here);

function showVersions() {
  const versions = window.ssbtVersions ?? [];
  const current = new URL("..", here).pathname.split("/").at(-2);
  if (versions.length === 0) return;
  const choice = document.createElement("select");
  choice.className = "ssbt-versions";
  choice.ariaLabel = "Version";
  for (const version of versions) choice.add(new Option(version, version, false, version === current));
  choice.addEventListener("change", () => {
    location.href = new URL(`${choice.value}/index.html`, root);
  });
  document.querySelector(".md-header__title").after(choice);
}

const list = document.createElement("script");
list.src = new URL("versions.js", root);
list.onload = showVersions;
document.head.append(list);
