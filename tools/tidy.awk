# The rules of tools/tidy. Reads src/rooms.txt, then the list of exceptions, then every file.
function report(rule, line, what) {
  if (!((rule " " FILENAME) in allowed)) printf "%s:%d: %s: %s\n", FILENAME, line, rule, what
}

function folder(path) {
  return sub(/\/[^\/]*$/, "", path) ? path : ""
}

# May this room include that path? Public headers and the generated config.h are nobody's room.
function check_include(path,   target) {
  if (path ~ /^wherry(\/|\.h)/ || path == "wasm.h" || path == "wherry.h") {
    if (order[room] < order["engine"]) report("arrow", FNR, room " includes the public " path)
    return
  }
  if (path == "base/config.h") return
  target = folder(path)
  if (!(target in order)) { report("arrow", FNR, "\"" path "\" is in no room of src/rooms.txt"); return }
  if (target != room && !((room SUBSEP target) in arrow)) report("arrow", FNR, room " may not include " target " (src/rooms.txt)")
  else if (system_exists("src/" path) == 0) report("arrow", FNR, "no file src/" path)
}

function system_exists(path,   line, status) {
  if (path in exists) return exists[path]
  status = (getline line < path) >= 0
  close(path)
  return exists[path] = status
}

FNR == 1 {
  if (previous != "" && lines > 1000 && !(("long " previous) in allowed)) printf "%s:%d: long: more than 1,000 lines; is it two nouns?\n", previous, lines
  previous = (FILENAME ~ /(rooms|tidy-allow)\.txt$/ ) ? "" : FILENAME
  part = FILENAME == ARGV[1] && !read_rooms ? "rooms" : (FILENAME == ARGV[2] && !read_allow ? "allow" : "file")
  if (part == "rooms") read_rooms = 1
  if (part == "allow") read_allow = 1
  in_src = part == "file" && FILENAME ~ /^src\/.*\.(h|cc|c|def)$/
  code = FILENAME ~ /\.(h|cc|c|def)$/
  room = ""
  if (in_src) {
    room = folder(substr(FILENAME, 5))
    if (!(room in order)) report("arrow", 1, "the folder src/" room " is not in src/rooms.txt")
    if (FILENAME ~ /\.h$/ && $0 !~ /^\/\//) report("promise", 1, "a header begins with its promise, a comment")
  }
}
{ lines = FNR }

part == "rooms" && /^[a-z]/ {
  split($0, halves, "|")
  count = split(halves[1], words)
  order[words[1]] = ++rooms
  for (i = 3; i <= count; i++) arrow[words[1] SUBSEP words[i]] = 1
  next
}
part == "allow" && /^[a-z]/ { allowed[$1 " " $2] = 1; next }
part != "file" { next }

in_src && (room in order) && /^[ \t]*#[ \t]*include[ \t]*"/ {
  path = $0
  sub(/^[^"]*"/, "", path)
  sub(/".*/, "", path)
  check_include(path)
}
in_src && /^[ \t]*#[ \t]*include[ \t]*<(iostream|regex)>/ { report("heavy", FNR, $0) }
in_src && room != "base/sys" && /^[ \t]*#[ \t]*(if|ifdef|ifndef|elif)/ && /__linux__|__x86_64__|__aarch64__|__i386__|__arm__|__riscv|_WIN32|__APPLE__|__LP64__/ {
  report("platform", FNR, "belongs into base/sys/")
}
# Brackets keep the rule from finding itself.
/\/[w]ork\/(main|shared)|\/tmp\/[b]rief|[r]egistry\.npmjs|[p]ypi\.org|[s]tatic\.crates\.io|[p]roxy\.golang\.org|[p]kg\.dev/ {
  report("words", FNR, "names a workplace or a registry's host")
}
END {
  if (previous != "" && lines > 1000 && !(("long " previous) in allowed)) printf "%s:%d: long: more than 1,000 lines; is it two nouns?\n", previous, lines
}
