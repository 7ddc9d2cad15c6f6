// What an HTTP service in C needs of WASI 0.2, without a word about how values cross the border: that is in guest.c.
// A service defines handle(); everything else is called by it. Memory comes from malloc and lives as long as the
// request: each request runs in a fresh instance, so nothing has to be freed.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Text or bytes, not ended by a zero.
typedef struct {
  char *data;
  size_t size;
} text_t;

text_t text_of(const char *zero_ended);
bool text_is(text_t text, const char *zero_ended);

// The request.
typedef struct request request_t;
text_t request_method(request_t *request);                    // "GET"
text_t request_path(request_t *request);                      // without the query
text_t request_header(request_t *request, const char *name);  // empty if there is none
// The body, whole; false when it is larger than `size_max` or the client went away.
bool request_body(request_t *request, size_t size_max, text_t *body);

// The response, once.
typedef struct {
  const char *name, *value;
} header_t;
void respond(request_t *request, int status, const header_t *headers, size_t header_count, text_t body);

// To be defined by the service.
void handle(request_t *request);

// Key-value stores. All give false when the store says no; `store_error` then says why.
typedef int32_t store_t;
bool store_open(const char *name, store_t *store);
bool store_get(store_t store, text_t key, bool *found, text_t *value);
bool store_set(store_t store, text_t key, text_t value);
// All keys, in no promised order.
bool store_keys(store_t store, text_t **keys, size_t *count);
text_t store_error(void);

// Seconds since 1970, and the nanoseconds beyond.
uint64_t clock_now(uint32_t *nanoseconds);

// Text that grows.
typedef struct {
  char *data;
  size_t size, capacity;
} buffer_t;
void append(buffer_t *buffer, const char *data, size_t size);
void append_str(buffer_t *buffer, const char *zero_ended);
void append_number(buffer_t *buffer, uint64_t number);
text_t buffer_text(const buffer_t *buffer);
