# Sourced by the scripts: installs what is missing from scripts/packages.txt, says what and why, and is silent and fast
# when nothing is missing. Works as root and with sudo; elsewhere it names the command and goes on with what is there.

say() { printf '%s\n' "$*"; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# Is one of the packages of "a|b" installed?
installed() {
  for alternative in $(printf %s "$1" | tr '|' ' '); do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$alternative" 2>/dev/null)" = installed ] && return 0
  done
  return 1
}

# The first package of "a|b" that apt can install.
available() {
  for alternative in $(printf %s "$1" | tr '|' ' '); do
    if apt-cache policy "$alternative" 2>/dev/null | grep -q 'Candidate: [^(]'; then
      printf '%s\n' "$alternative"
      return
    fi
  done
}

# install_group GROUP...: returns 1 when packages of a group are missing and could not be installed.
install_group() {
  command -v dpkg-query >/dev/null || { say "install: not a Debian; needed are the packages of scripts/packages.txt"; return 0; }
  missing=""
  for group in "$@"; do
    for package in $(awk -v g="$group" '$1 == g {print $2}' scripts/packages.txt); do
      case " $missing " in *" $package "*) continue ;; esac
      installed "$package" || missing="$missing $package"
    done
  done
  [ -n "$missing" ] || return 0
  say "install:$missing"
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    say "install: no rights to install; as root: apt-get install$missing"
    return 1
  fi
  began=$(date +%s)
  names=$(for package in $missing; do available "$package"; done)
  if [ "$(printf '%s\n' "$names" | grep -c .)" -lt "$(printf '%s\n' $missing | grep -c .)" ] || ! apt_install $names; then
    as_root apt-get -qq update </dev/null || say "install: apt-get update had errors"
    names=$(for package in $missing; do available "$package"; done)
    apt_install $names || { say "install: failed; try: apt-get install$missing"; return 1; }
  fi
  say "install: took $(($(date +%s) - began)) s"
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 \
    install --no-install-recommends "$@" </dev/null >/dev/null
}
