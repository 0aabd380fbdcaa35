# shellcheck shell=bash
# What `.ci/run` and `.ci/long` have in common: steps with a name and a limit, and the tools that they need. Sourced.

export DEBIAN_FRONTEND=noninteractive
# Debian keeps nginx and ip where an ordinary user's PATH does not lead.
export PATH=$PATH:/usr/sbin:/sbin

readonly policy=/usr/sbin/policy-rc.d
current='start'
policy_is_ours=no
lab_is_up=no

# For the trap at the end: what is left is taken away, and the step that failed is named.
on_exit() {
  local status=$?
  [[ $policy_is_ours == no ]] || rm -f "$policy"
  [[ $lab_is_up == no ]] || lab/bin/down
  if ((status != 0)); then
    printf "\nci: step '%s' failed (exit status %d)\n" "$current" "$status"
  fi
}

# step NAME COMMAND...
step() {
  local started=$SECONDS
  current=$1
  shift
  printf '\n==== %s\n' "$current"
  "$@" < /dev/null
  printf '==== %s: passed in %d s\n' "$current" "$((SECONDS - started))"
}

# A step that hangs must fail here, under its name, before the caller gives up. The limits are wider than what a step takes.
limited() {
  timeout --kill-after=30 "$@"
}

# play_lab LIMIT ARGUMENT...: builds the site, and plays the scenarios.
play_lab() {
  lab_is_up=yes
  limited 120 lab/bin/up
  limited "$1" lab/bin/test "${@:2}"
  lab/bin/status
  lab/bin/down
  lab_is_up=no
}

# ---- Tools ----

declare -A package_of=([nginx]=nginx-light [curl]=curl [ip]=iproute2 [ss]=iproute2 [strace]=strace [ps]=procps
  [wrk]=wrk [haproxy]=haproxy [python3]=python3 [openssl]=openssl [cc]=gcc [shellcheck]=shellcheck
  [chromium]=chromium [iptables]=iptables [nft]=nftables [unshare]=util-linux [keepalived]=keepalived [pidof]=sysvinit-utils
  [/lib/systemd/systemd-networkd]=systemd [fail2ban-server]=fail2ban [crowdsec-custom-bouncer]=crowdsec-custom-bouncer)

# Prints the packages of the tools that are missing.
missing_packages() {
  local tool
  for tool in "${!package_of[@]}"; do
    command -v "$tool" > /dev/null || echo "${package_of[$tool]}"
  done | sort -u
}

# Debian starts a service as soon as its package is installed. The tests start their own NGINX, and need none on port 80.
keep_services_stopped() {
  [[ ! -e $policy ]] || return 0
  policy_is_ours=yes
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod 0755 "$policy"
}

install_tools() {
  local packages
  packages=$(missing_packages)
  if [[ -z $packages ]]; then
    echo "all there"
    return 0
  fi
  if ((EUID != 0)) || ! command -v apt-get > /dev/null; then
    printf 'missing, and only root on a system with apt-get can install them here:\n%s\n' "$packages"
    return 1
  fi
  keep_services_stopped
  limited 60 apt-get -qq update
  # shellcheck disable=SC2086 # one word per package is meant
  limited 300 apt-get -qq install --no-install-recommends -y $packages
  if [[ $policy_is_ours == yes ]]; then
    rm -f "$policy"
    policy_is_ours=no
  fi
}
