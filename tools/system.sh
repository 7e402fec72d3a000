#!/usr/bin/env bash
# System packages that tests need. Asks only for what is missing; installs with apt where it may, else says what to do.
# Exit code 0: nothing is missing any more. 1: something is; the tests that need it skip with a reason.
set -uo pipefail

say() { printf '%s\n' "system: $*" >&2; }

missing=()
if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null && ! command -v google-chrome >/dev/null; then
  missing+=(chromium)
fi
command -v git >/dev/null || missing+=(git)  # the oracle of the book's history; the product needs none
has_library() {
  local file
  for file in /usr/lib/*/"$1" /usr/lib64/"$1" /lib/*/"$1"; do
    [ -e "$file" ] && return
  done
  return 1
}
# The node inside the playwright wheel dies without it: "Connection closed while reading from the driver".
if [ "$(uname -s)" = Linux ] && ! has_library libatomic.so.1; then
  missing+=(libatomic1)
fi
# What draws a page as PDF.
if [ "$(uname -s)" = Linux ]; then
  has_library libpango-1.0.so.0 || missing+=(libpango-1.0-0)
  has_library libpangoft2-1.0.so.0 || missing+=(libpangoft2-1.0-0)
  has_library libharfbuzz-subset.so.0 || missing+=(libharfbuzz-subset0)
fi
[ "${#missing[@]}" -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
  say "missing: ${missing[*]}. There is no apt-get here; install them with your own package manager."
  exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
  else
    say "missing: ${missing[*]}. Run: sudo apt-get install --no-install-recommends ${missing[*]}"
    exit 1
  fi
fi

say "installing ${missing[*]} with apt"
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" </dev/null >/dev/null
}
apt install --no-install-recommends --yes "${missing[@]}" 2>/dev/null && exit 0
# The package list may be absent or old.
if apt update && apt install --no-install-recommends --yes "${missing[@]}"; then
  exit 0
fi
say "could not install ${missing[*]}"
exit 1
