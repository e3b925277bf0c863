/** A prompt in a shell. */
import type { LoopNames } from './names.ts';
import { CLEAR, END, ERROR, MORE, READY } from './typing.ts';

/** Says of itself what it has to on both streams: only then all that was printed before has come. */
export function shellLoop({ key, pipe }: LoopNames): string {
  return `
set +e
exec 9<"$HWFE_WORKDIR/${pipe}"
__hwfe_text=
while :; do
  if [ -z "$__hwfe_text" ]; then __hwfe_say='${key}${READY}'; else __hwfe_say='${key}${MORE}'; fi
  printf '%s\\n' "$__hwfe_say"; printf '%s\\n' "$__hwfe_say" >&2
  IFS= read -r __hwfe_line <&9 || break
  case $__hwfe_line in '${END}'*) break ;; '${CLEAR}'*) __hwfe_text=; continue ;; esac
  __hwfe_line=$(printf '%b_' "\${__hwfe_line#?}"); __hwfe_line=\${__hwfe_line%_}
  if [ -z "$__hwfe_text" ]; then __hwfe_text=$__hwfe_line; else __hwfe_text="$__hwfe_text
$__hwfe_line"; fi
  case $__hwfe_text in *\\\\) continue ;; esac
  case $(printf '%s\\n' "$__hwfe_text" | "\${BASH:-sh}" -n 2>&1) in
    *'unexpected end of file'*|*'unexpected EOF'*|*'end of file unexpected'*|*'nterminated quoted'*|*'here-document'*) continue ;;
  esac
  __hwfe_line=$__hwfe_text; __hwfe_text=
  eval "$__hwfe_line"
  __hwfe_status=$?
  [ "$__hwfe_status" = 0 ] || printf '%s\\n' "${key}${ERROR}(status $__hwfe_status)"
done
exit 0
`;
}
