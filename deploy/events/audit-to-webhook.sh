#!/bin/sh
# Posts every entry of the audit to a webhook, in order and at least once:
#   audit-to-webhook.sh URL POSITION-FILE [CURL-CONFIG]
# The position is the last entry that the webhook accepted. A restart goes on behind it.
set -eu
webhook=$1
position=$2
config=${3:-/dev/null}
timeout=15
longest_pause=60

[ -s "$position" ] || echo 0 > "$position"
gatehouse audit tail --follow --json --after "$(cat "$position")" | while IFS= read -r entry; do
  seq=$(printf '%s' "$entry" | sed -n 's/^{"seq":\([0-9]*\),.*/\1/p')
  hash=$(printf '%s' "$entry" | sed -n 's/.*"hash":"\([0-9a-f]*\)"}$/\1/p')
  pause=1
  until printf '%s' "$entry" | curl -fsS -o /dev/null --config "$config" --max-time "$timeout" \
    -H 'Content-Type: application/json' -H "Idempotency-Key: $seq" --data-binary @- "$webhook"; do
    sleep "$pause"
    [ "$pause" -ge "$longest_pause" ] || pause=$((pause * 2))
  done
  echo "$seq:$hash" > "$position.new"
  mv "$position.new" "$position"
done
# It follows until it is ended: an end of its own is an error, which standard error explains.
exit 1
