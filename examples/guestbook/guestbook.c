// A guest book: GET / is a page for browsers, GET /entries gives the entries as JSON, POST /entries adds one, from a
// form or as JSON {"name": …, "text": …}. Entries live in the key-value store "default", each under a key of its own
// that begins with the time, so that keys in order are entries in order.
#include <stdlib.h>
#include <string.h>

#include "guest.h"

enum { body_max = 16 * 1024, name_max = 64, text_max = 1000, entries_shown = 200 };

static void answer(request_t *request, int status, const char *type, text_t body) {
  const header_t headers[] = {{"content-type", type},
                              {"cache-control", "no-store"},
                              {"x-content-type-options", "nosniff"},
                              {"content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"}};
  respond(request, status, headers, sizeof headers / sizeof *headers, body);
}

static void answer_error(request_t *request, int status, const char *what) {
  buffer_t body = {0};
  append_str(&body, what);
  append_str(&body, "\n");
  if (status == 405) {
    const header_t headers[] = {{"content-type", "text/plain; charset=utf-8"}, {"allow", "GET, HEAD, POST"}};
    respond(request, status, headers, 2, buffer_text(&body));
    return;
  }
  answer(request, status, "text/plain; charset=utf-8", buffer_text(&body));
}

static void answer_store_error(request_t *request) {
  buffer_t what = {0};
  append_str(&what, "the store failed: ");
  append(&what, store_error().data, store_error().size);
  append(&what, "", 1);
  answer_error(request, 500, what.data);
}

// An entry is stored as its name, a line break, and its text; a name has no line breaks.
typedef struct {
  text_t key, name, text;
} entry_t;

static int by_key(const void *a, const void *b) {
  const text_t x = *(const text_t *)a, y = *(const text_t *)b;
  const int order = memcmp(x.data, y.data, x.size < y.size ? x.size : y.size);
  return order ? order : (x.size > y.size) - (x.size < y.size);
}

// The newest entries, newest first.
static bool read_entries(entry_t **entries, size_t *count) {
  store_t store;
  text_t *keys;
  size_t all;
  if (!store_open("default", &store) || !store_keys(store, &keys, &all)) return false;
  if (all > 0) qsort(keys, all, sizeof *keys, by_key);
  *entries = malloc((entries_shown + 1) * sizeof **entries);
  *count = 0;
  for (size_t i = all; i-- > 0 && *count < entries_shown;) {
    bool found;
    text_t value;
    if (!store_get(store, keys[i], &found, &value)) return false;
    const char *split = found ? memchr(value.data, '\n', value.size) : NULL;
    if (!split) continue;
    const size_t name_size = (size_t)(split - value.data);
    (*entries)[(*count)++] = (entry_t){keys[i], {value.data, name_size}, {value.data + name_size + 1, value.size - name_size - 1}};
  }
  return true;
}

// Sorts as it counts: sixteen hexadecimal digits of nanoseconds.
static bool add_entry(text_t name, text_t text) {
  store_t store;
  if (!store_open("default", &store)) return false;
  uint32_t nanoseconds;
  uint64_t time = clock_now(&nanoseconds) * 1000000000u;
  time += nanoseconds;
  for (;; ++time) {
    char key[16];
    for (int i = 0; i < 16; ++i) key[i] = "0123456789abcdef"[time >> (60 - 4 * i) & 15];
    bool taken;
    text_t before;
    if (!store_get(store, (text_t){key, 16}, &taken, &before)) return false;
    if (taken) continue;
    buffer_t value = {0};
    append(&value, name.data, name.size);
    append_str(&value, "\n");
    append(&value, text.data, text.size);
    return store_set(store, (text_t){key, 16}, buffer_text(&value));
  }
}

static void append_html(buffer_t *out, text_t text) {
  for (size_t i = 0; i < text.size; ++i) {
    switch (text.data[i]) {
      case '&': append_str(out, "&amp;"); break;
      case '<': append_str(out, "&lt;"); break;
      case '>': append_str(out, "&gt;"); break;
      case '"': append_str(out, "&quot;"); break;
      case '\'': append_str(out, "&#39;"); break;
      default: append(out, &text.data[i], 1);
    }
  }
}

static void append_json(buffer_t *out, text_t text) {
  append_str(out, "\"");
  for (size_t i = 0; i < text.size; ++i) {
    const unsigned char c = (unsigned char)text.data[i];
    if (c == '"' || c == '\\') append_str(out, "\\");
    if (c == '\n') {
      append_str(out, "\\n");
    } else if (c < 0x20) {
      char escape[] = "\\u0000";
      escape[4] = "01"[c >> 4], escape[5] = "0123456789abcdef"[c & 15];
      append_str(out, escape);
    } else {
      append(out, (const char *)&c, 1);
    }
  }
  append_str(out, "\"");
}

static void get_page(request_t *request) {
  entry_t *entries;
  size_t count;
  if (!read_entries(&entries, &count)) return answer_store_error(request);
  buffer_t page = {0};
  append_str(&page,
             "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n"
             "<title>Guest book</title>\n"
             "<style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;color:#123}"
             "input,textarea,button{font:inherit;width:100%;box-sizing:border-box;margin:.3rem 0;padding:.5rem}"
             "article{border-top:1px solid #ccd;padding:.8rem 0}article p{margin:.2rem 0;white-space:pre-wrap;overflow-wrap:anywhere}</style>\n"
             "<h1>Guest book</h1>\n"
             "<form method=\"post\" action=\"/entries\">\n"
             "<label>Name <input name=\"name\" maxlength=\"64\" required></label>\n"
             "<label>Message <textarea name=\"text\" maxlength=\"1000\" rows=\"3\" required></textarea></label>\n"
             "<button>Sign</button>\n</form>\n");
  for (size_t i = 0; i < count; ++i) {
    append_str(&page, "<article><strong>");
    append_html(&page, entries[i].name);
    append_str(&page, "</strong><p>");
    append_html(&page, entries[i].text);
    append_str(&page, "</p></article>\n");
  }
  if (count == 0) append_str(&page, "<p>Nobody has signed yet. Be the first.</p>\n");
  answer(request, 200, "text/html; charset=utf-8", buffer_text(&page));
}

static void get_entries(request_t *request) {
  entry_t *entries;
  size_t count;
  if (!read_entries(&entries, &count)) return answer_store_error(request);
  buffer_t json = {0};
  append_str(&json, "[");
  for (size_t i = 0; i < count; ++i) {
    append_str(&json, i ? ",\n {\"name\": " : "{\"name\": ");
    append_json(&json, entries[i].name);
    append_str(&json, ", \"text\": ");
    append_json(&json, entries[i].text);
    append_str(&json, "}");
  }
  append_str(&json, "]\n");
  answer(request, 200, "application/json", buffer_text(&json));
}

// Valid UTF-8 without control characters, but for line breaks where `lines` allows them (RFC 3629).
static bool is_clean(text_t text, bool lines) {
  for (size_t i = 0; i < text.size;) {
    const unsigned char c = (unsigned char)text.data[i];
    const size_t size = c < 0x80 ? 1 : c >= 0xC2 && c < 0xE0 ? 2 : c >= 0xE0 && c < 0xF0 ? 3 : c >= 0xF0 && c < 0xF5 ? 4 : 0;
    if (size == 0 || size > text.size - i || ((c < 0x20 || c == 0x7F) && !(lines && c == '\n'))) return false;
    uint32_t code = size == 1 ? c : c & (0x7Fu >> size);
    for (size_t k = 1; k < size; ++k) {
      if ((text.data[i + k] & 0xC0) != 0x80) return false;
      code = code << 6 | (text.data[i + k] & 0x3F);
    }
    if ((size == 3 && (code < 0x800 || (code >= 0xD800 && code < 0xE000))) || (size == 4 && (code < 0x10000 || code > 0x10FFFF))) return false;
    i += size;
  }
  return true;
}

static int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// application/x-www-form-urlencoded (URL standard, 5.1). Carriage returns, which browsers send in lines, are dropped.
static text_t decode_form(text_t text) {
  buffer_t out = {0};
  for (size_t i = 0; i < text.size; ++i) {
    char c = text.data[i];
    if (c == '+') c = ' ';
    if (c == '%' && text.size - i > 2 && hex(text.data[i + 1]) >= 0 && hex(text.data[i + 2]) >= 0) {
      c = (char)(hex(text.data[i + 1]) << 4 | hex(text.data[i + 2]));
      i += 2;
    }
    if (c != '\r') append(&out, &c, 1);
  }
  return buffer_text(&out);
}

static bool read_form(text_t body, text_t *name, text_t *text) {
  bool has_name = false, has_text = false;
  while (body.size > 0) {
    const char *end = memchr(body.data, '&', body.size);
    const size_t size = end ? (size_t)(end - body.data) : body.size;
    const char *equals = memchr(body.data, '=', size);
    if (equals) {
      const text_t key = {body.data, (size_t)(equals - body.data)};
      const text_t value = decode_form((text_t){(char *)equals + 1, size - key.size - 1});
      if (text_is(key, "name")) *name = value, has_name = true;
      if (text_is(key, "text")) *text = value, has_text = true;
    }
    body.data += size + (end ? 1 : 0), body.size -= size + (end ? 1 : 0);
  }
  return has_name && has_text;
}

// JSON, as much as an object of strings needs (RFC 8259). `at` walks along.
typedef struct {
  const char *at, *end;
} json_t;

static void skip_blank(json_t *json) {
  while (json->at < json->end && (*json->at == ' ' || *json->at == '\n' || *json->at == '\r' || *json->at == '\t')) ++json->at;
}
static bool take(json_t *json, char c) {
  skip_blank(json);
  if (json->at == json->end || *json->at != c) return false;
  ++json->at;
  return true;
}

static bool read_hex4(json_t *json, uint32_t *code) {
  if (json->end - json->at < 4) return false;
  *code = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = hex(*json->at++);
    if (digit < 0) return false;
    *code = *code << 4 | (uint32_t)digit;
  }
  return true;
}

static void append_utf8(buffer_t *out, uint32_t code) {
  char bytes[4];
  size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  if (size == 1) {
    bytes[0] = (char)code;
  } else {
    for (size_t i = size; i-- > 1; code >>= 6) bytes[i] = (char)(0x80 | (code & 0x3F));
    bytes[0] = (char)((0xF00 >> size & 0xFF) | code);
  }
  append(out, bytes, size);
}

static bool read_string(json_t *json, text_t *text) {
  buffer_t out = {0};
  if (!take(json, '"')) return false;
  while (json->at < json->end) {
    const char c = *json->at++;
    if (c == '"') return *text = buffer_text(&out), true;
    if ((unsigned char)c < 0x20) return false;
    if (c != '\\') {
      append(&out, &c, 1);
      continue;
    }
    if (json->at == json->end) return false;
    const char escape = *json->at++;
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *known = memchr(from, escape, sizeof from - 1);
    uint32_t code, low;
    if (known) {
      append(&out, &to[known - from], 1);
    } else if (escape != 'u' || !read_hex4(json, &code)) {
      return false;
    } else if (code >= 0xD800 && code < 0xDC00) {
      if (json->end - json->at < 6 || *json->at++ != '\\' || *json->at++ != 'u' || !read_hex4(json, &low) || low < 0xDC00 || low > 0xDFFF) return false;
      append_utf8(&out, 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00));
    } else {
      append_utf8(&out, code);
    }
  }
  return false;
}

static bool read_json(text_t body, text_t *name, text_t *text) {
  json_t json = {body.data, body.data + body.size};
  bool has_name = false, has_text = false;
  if (!take(&json, '{')) return false;
  do {
    text_t key, value;
    if (!read_string(&json, &key) || !take(&json, ':') || !read_string(&json, &value)) return false;
    if (text_is(key, "name")) *name = value, has_name = true;
    if (text_is(key, "text")) *text = value, has_text = true;
  } while (take(&json, ','));
  if (!take(&json, '}')) return false;
  skip_blank(&json);
  return json.at == json.end && has_name && has_text;
}

static bool starts_with(text_t text, const char *prefix) {
  const size_t size = strlen(prefix);
  return text.size >= size && memcmp(text.data, prefix, size) == 0;
}

static void post_entry(request_t *request) {
  const text_t type = request_header(request, "content-type");
  const bool is_json = starts_with(type, "application/json");
  if (!is_json && !starts_with(type, "application/x-www-form-urlencoded"))
    return answer_error(request, 415, "send application/json or application/x-www-form-urlencoded");
  text_t body, name, text;
  if (!request_body(request, body_max, &body)) return answer_error(request, 413, "the body is too large");
  if (!(is_json ? read_json(body, &name, &text) : read_form(body, &name, &text)))
    return answer_error(request, 400, "name and text are wanted");
  if (name.size == 0 || name.size > name_max || !is_clean(name, false)) return answer_error(request, 400, "a name has 1 to 64 bytes on one line");
  if (text.size == 0 || text.size > text_max || !is_clean(text, true)) return answer_error(request, 400, "a text has 1 to 1000 bytes");
  if (!add_entry(name, text)) return answer_store_error(request);
  if (is_json) return answer(request, 201, "application/json", text_of("{\"added\": true}\n"));
  const header_t headers[] = {{"location", "/"}};
  respond(request, 303, headers, 1, (text_t){NULL, 0});
}

void handle(request_t *request) {
  const text_t method = request_method(request), path = request_path(request);
  const bool reads = text_is(method, "GET") || text_is(method, "HEAD");
  const bool is_page = text_is(path, "/"), is_entries = text_is(path, "/entries");
  if (!is_page && !is_entries) return answer_error(request, 404, "there is nothing here");
  if (reads) return is_page ? get_page(request) : get_entries(request);
  if (is_entries && text_is(method, "POST")) return post_entry(request);
  answer_error(request, 405, "this method is not for this place");
}
