// The canonical ABI by hand: imported functions take and give core values, anything larger lies in memory. Layouts are
// those that the component model's CanonicalABI.md works out from the types in wit/.
#include "guest.h"

#include <stdlib.h>
#include <string.h>

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name)))
#define HTTP "wasi:http/types@0.2.0"
#define STREAMS "wasi:io/streams@0.2.0"
#define STORE "wasi:keyvalue/store@0.2.0-draft2"

typedef int32_t handle_t;

// list<u8> and string in memory; a case number before what it says is there.
typedef struct { uint32_t at, size; } slice_t;
typedef struct { uint8_t number; uint32_t value; } small_result_t;             // result<handle>
typedef struct { uint8_t number; slice_t value; } list_option_t;               // option<string>
typedef struct { uint8_t number; union { slice_t list; struct { uint8_t number; uint32_t error; } error; } u; } read_result_t;
typedef struct { uint8_t number; struct { uint8_t number; uint32_t error; } error; } write_result_t;

IMPORT(HTTP, "[method]incoming-request.method") void import_method(handle_t self, void *result);
IMPORT(HTTP, "[method]incoming-request.path-with-query") void import_path(handle_t self, list_option_t *result);
IMPORT(HTTP, "[method]incoming-request.headers") handle_t import_headers(handle_t self);
IMPORT(HTTP, "[method]incoming-request.consume") void import_consume(handle_t self, small_result_t *result);
IMPORT(HTTP, "[method]incoming-body.stream") void import_body_stream(handle_t self, small_result_t *result);
IMPORT(HTTP, "[constructor]fields") handle_t import_fields(void);
IMPORT(HTTP, "[method]fields.get") void import_fields_get(handle_t self, const char *name, size_t size, slice_t *result);
IMPORT(HTTP, "[method]fields.append") void import_fields_append(handle_t self, const char *name, size_t name_size, const char *value, size_t value_size, uint8_t *result);
IMPORT(HTTP, "[constructor]outgoing-response") handle_t import_response(handle_t fields);
IMPORT(HTTP, "[method]outgoing-response.set-status-code") int32_t import_set_status(handle_t self, int32_t status);
IMPORT(HTTP, "[method]outgoing-response.body") void import_response_body(handle_t self, small_result_t *result);
IMPORT(HTTP, "[method]outgoing-body.write") void import_body_write(handle_t self, small_result_t *result);
IMPORT(HTTP, "[static]outgoing-body.finish") void import_body_finish(handle_t body, int32_t has_trailers, handle_t trailers, void *result);
// result<own<outgoing-response>, error-code>: the error's largest case decides how many core values there are.
IMPORT(HTTP, "[static]response-outparam.set") void import_set(handle_t param, int32_t number, int32_t response, int32_t c, int64_t d, int32_t e, int32_t f, int32_t g, int32_t h);
IMPORT(STREAMS, "[method]input-stream.blocking-read") void import_read(handle_t self, uint64_t size, read_result_t *result);
IMPORT(STREAMS, "[resource-drop]input-stream") void import_drop_input(handle_t self);
IMPORT(STREAMS, "[method]output-stream.blocking-write-and-flush") void import_write(handle_t self, const char *data, size_t size, write_result_t *result);
IMPORT(STREAMS, "[resource-drop]output-stream") void import_drop_output(handle_t self);

// error in memory: a case number, and for `other` a string.
typedef struct { uint8_t number; slice_t other; } store_failure_t;
typedef struct { uint8_t number; union { handle_t bucket; store_failure_t error; } u; } open_result_t;
typedef struct { uint8_t number; union { list_option_t value; store_failure_t error; } u; } get_result_t;
typedef struct { uint8_t number; store_failure_t error; } set_result_t;
typedef struct { uint8_t number; union { struct { slice_t keys; list_option_t cursor; } page; store_failure_t error; } u; } keys_result_t;

IMPORT(STORE, "open") void import_open(const char *name, size_t size, open_result_t *result);
IMPORT(STORE, "[method]bucket.get") void import_get(handle_t self, const char *key, size_t size, get_result_t *result);
IMPORT(STORE, "[method]bucket.set") void import_set_key(handle_t self, const char *key, size_t key_size, const char *value, size_t value_size, set_result_t *result);
IMPORT(STORE, "[method]bucket.list-keys") void import_list_keys(handle_t self, int32_t has_cursor, uint32_t cursor, uint32_t cursor_size, keys_result_t *result);
IMPORT("wasi:clocks/wall-clock@0.2.0", "now") void import_now(void *result);

static void *allocate(size_t size) {
  void *memory = malloc(size > 0 ? size : 1);
  if (!memory) __builtin_trap();
  return memory;
}

// How the host makes room for what it gives us.
EXPORT("cabi_realloc") void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
  (void)old_size, (void)align;  // malloc aligns to 16 bytes
  if (size == 0) return (void *)align;
  void *memory = realloc(old, size);
  if (!memory) __builtin_trap();
  return memory;
}

static text_t text_in(slice_t slice) { return (text_t){(char *)(uintptr_t)slice.at, slice.size}; }

text_t text_of(const char *text) { return (text_t){(char *)text, strlen(text)}; }
bool text_is(text_t text, const char *other) { return text.size == strlen(other) && memcmp(text.data, other, text.size) == 0; }

struct request {
  handle_t handle, outparam;
};

text_t request_method(request_t *request) {
  static const char *const names[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"};
  list_option_t method;  // a case number, and for `other` a string
  import_method(request->handle, &method);
  return method.number < 9 ? text_of(names[method.number]) : text_in(method.value);
}

text_t request_path(request_t *request) {
  list_option_t path;
  import_path(request->handle, &path);
  if (!path.number) return text_of("/");
  text_t text = text_in(path.value);
  const char *query = memchr(text.data, '?', text.size);
  if (query) text.size = (size_t)(query - text.data);
  return text;
}

text_t request_header(request_t *request, const char *name) {
  slice_t values;
  import_fields_get(import_headers(request->handle), name, strlen(name), &values);
  return values.size ? text_in(*(slice_t *)(uintptr_t)values.at) : (text_t){NULL, 0};
}

bool request_body(request_t *request, size_t size_max, text_t *body) {
  buffer_t buffer = {0};
  small_result_t result;
  import_consume(request->handle, &result);
  if (result.number) return false;
  import_body_stream((handle_t)result.value, &result);
  if (result.number) return false;
  const handle_t stream = (handle_t)result.value;
  bool is_whole = false;
  for (;;) {
    read_result_t piece;
    import_read(stream, 65536, &piece);
    if (piece.number) {
      is_whole = piece.u.error.number == 1;  // closed
      break;
    }
    const text_t text = text_in(piece.u.list);
    if (text.size > size_max - buffer.size) break;
    append(&buffer, text.data, text.size);
  }
  import_drop_input(stream);
  *body = buffer_text(&buffer);
  return is_whole;
}

void respond(request_t *request, int status, const header_t *headers, size_t header_count, text_t body) {
  const handle_t fields = import_fields();
  uint8_t refused[8];
  for (size_t i = 0; i < header_count; ++i)
    import_fields_append(fields, headers[i].name, strlen(headers[i].name), headers[i].value, strlen(headers[i].value), refused);
  const handle_t response = import_response(fields);
  import_set_status(response, status);
  small_result_t result;
  import_response_body(response, &result);
  const handle_t out = (handle_t)result.value;
  import_set(request->outparam, 0, response, 0, 0, 0, 0, 0, 0);
  import_body_write(out, &result);
  const handle_t stream = (handle_t)result.value;
  write_result_t written = {0};
  while (body.size > 0 && !written.number) {
    const size_t size = body.size < 4096 ? body.size : 4096;  // what one write may have
    import_write(stream, body.data, size, &written);
    body.data += size, body.size -= size;
  }
  import_drop_output(stream);
  _Alignas(8) uint8_t finished[64];
  import_body_finish(out, 0, 0, finished);
}

EXPORT("wasi:http/incoming-handler@0.2.0#handle") void export_handle(handle_t handle_of_request, handle_t outparam) {
  request_t request = {handle_of_request, outparam};
  handle(&request);
}

static text_t last_error;
text_t store_error(void) { return last_error; }

static bool failed(const store_failure_t *error) {
  last_error = error->number == 0 ? text_of("there is no such store") : error->number == 1 ? text_of("access is denied") : text_in(error->other);
  return false;
}

bool store_open(const char *name, store_t *store) {
  open_result_t result;
  import_open(name, strlen(name), &result);
  if (result.number) return failed(&result.u.error);
  *store = result.u.bucket;
  return true;
}

bool store_get(store_t store, text_t key, bool *found, text_t *value) {
  get_result_t result;
  import_get(store, key.data, key.size, &result);
  if (result.number) return failed(&result.u.error);
  *found = result.u.value.number;
  *value = *found ? text_in(result.u.value.value) : (text_t){NULL, 0};
  return true;
}

bool store_set(store_t store, text_t key, text_t value) {
  set_result_t result;
  import_set_key(store, key.data, key.size, value.data, value.size, &result);
  return result.number ? failed(&result.error) : true;
}

bool store_keys(store_t store, text_t **keys, size_t *count) {
  buffer_t list = {0};
  list_option_t cursor = {0};
  do {
    keys_result_t result;
    import_list_keys(store, cursor.number, cursor.value.at, cursor.value.size, &result);
    if (result.number) return failed(&result.u.error);
    const slice_t page = result.u.page.keys;
    for (uint32_t i = 0; i < page.size; ++i) {
      const text_t key = text_in(((slice_t *)(uintptr_t)page.at)[i]);
      append(&list, (const char *)&key, sizeof key);
    }
    cursor = result.u.page.cursor;
  } while (cursor.number);
  *keys = (text_t *)list.data;
  *count = list.size / sizeof(text_t);
  return true;
}

uint64_t clock_now(uint32_t *nanoseconds) {
  struct { uint64_t seconds; uint32_t nanoseconds; } now;
  import_now(&now);
  if (nanoseconds) *nanoseconds = now.nanoseconds;
  return now.seconds;
}

void append(buffer_t *buffer, const char *data, size_t size) {
  if (size > buffer->capacity - buffer->size) {
    buffer->capacity = 2 * buffer->capacity > buffer->size + size ? 2 * buffer->capacity : buffer->size + size + 256;
    char *grown = allocate(buffer->capacity);
    if (buffer->size) memcpy(grown, buffer->data, buffer->size);
    buffer->data = grown;
  }
  if (size) memcpy(buffer->data + buffer->size, data, size);
  buffer->size += size;
}

void append_str(buffer_t *buffer, const char *text) { append(buffer, text, strlen(text)); }

void append_number(buffer_t *buffer, uint64_t number) {
  char digits[20];
  size_t at = sizeof digits;
  do digits[--at] = (char)('0' + number % 10);
  while (number /= 10);
  append(buffer, digits + at, sizeof digits - at);
}

text_t buffer_text(const buffer_t *buffer) { return (text_t){buffer->data, buffer->size}; }
