# shellcheck shell=bash
# Counts what a script has checked, for the Bash scripts that source this file.

passed=0
failed=0

# check WHAT COMMAND...: the check holds when the command succeeds.
check() {
  local what=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
    printf 'ok    %s\n' "$what"
  else
    failed=$((failed + 1))
    printf 'FAIL  %s\n' "$what"
  fi
}

# Prints the closing line; fails when a check did, or when there was none.
summary() {
  printf '%d passed, %d failed\n' "$passed" "$failed"
  ((failed == 0 && passed > 0))
}
