// wasi:http/types and outgoing-handler. Requests of the guest's own are refused: this build has no HTTP client.
#include <algorithm>

#include "wasi/p2/http_types.h"
#include "wasi/p2/interfaces.h"
#include "wasi/p2/versions.h"

namespace wherry::wasi::p2 {
namespace {

using rc::row;
using FieldPair = std::tuple<std::string, Bytes>;
template <typename T>
using HeaderResult = std::expected<T, HeaderError>;
template <typename T>
using Plain = std::expected<T, None>;

std::unexpected<HeaderError> refuse(HeaderErrorCase which) { return std::unexpected(HeaderError::of(which)); }

char lower(char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; }
bool same_name(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

// RFC 9110, 5.6.2: tokens.
bool is_name(std::string_view name) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  const auto is_token = [&](char c) { return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || others.find(c) != others.npos; };
  return !name.empty() && std::ranges::all_of(name, is_token);
}

// RFC 9110, 5.5: no control characters but tab.
bool is_value(ByteView value) {
  return std::ranges::all_of(value, [](uint8_t c) { return (c >= 0x20 && c != 0x7F) || c == '\t'; });
}

// What belongs to the connection is the host's business (RFC 9110, 7.6.1).
bool is_forbidden(std::string_view name) {
  constexpr std::string_view names[] = {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection",
                                        "transfer-encoding", "upgrade", "host", "http2-settings"};
  return std::ranges::any_of(names, [&](std::string_view one) { return same_name(one, name); });
}

size_t bytes_of(const FieldList& list) {
  size_t bytes = 0;
  for (const auto& [name, value] : list) bytes += name.size() + value.size() + 32;
  return bytes;
}

HeaderResult<void> check(const std::string& name, ByteView value) {
  if (!is_name(name) || !is_value(value)) return refuse(HeaderErrorCase::invalid_syntax);
  if (is_forbidden(name)) return refuse(HeaderErrorCase::forbidden);
  return {};
}

std::string text_of(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
Bytes bytes_of(const std::string& text) { return Bytes(text.begin(), text.end()); }

Result<void> within(Context& context, const FieldList& list) {
  if (bytes_of(list) <= context.fields_bytes_max) return {};
  return std::unexpected(Error{ErrorKind::limit, "a guest's header fields are larger than allowed", ""});
}

// Fields.
std::unique_ptr<Fields> fields_new(Context&) { return std::make_unique<Fields>(std::make_shared<FieldList>()); }

Result<HeaderResult<std::unique_ptr<Fields>>> fields_from_list(Context& context, std::vector<FieldPair> entries) {
  auto list = std::make_shared<FieldList>();
  for (const auto& [name, value] : entries) {
    if (auto right = check(name, value); !right) return HeaderResult<std::unique_ptr<Fields>>(std::unexpected(std::move(right).error()));
    list->emplace_back(name, text_of(value));
  }
  TRY(within(context, *list));
  return std::make_unique<Fields>(std::move(list));
}

std::vector<Bytes> fields_get(Context&, Fields& fields, std::string name) {
  std::vector<Bytes> values;
  for (const auto& [one, value] : *fields.list)
    if (same_name(one, name)) values.push_back(bytes_of(value));
  return values;
}

bool fields_has(Context&, Fields& fields, std::string name) {
  return std::ranges::any_of(*fields.list, [&](const auto& field) { return same_name(field.first, name); });
}

Result<HeaderResult<void>> fields_append(Context& context, Fields& fields, std::string name, ByteView value) {
  if (fields.is_immutable) return HeaderResult<void>(refuse(HeaderErrorCase::immutable));
  if (auto right = check(name, value); !right) return right;
  fields.list->emplace_back(std::move(name), text_of(value));
  TRY(within(context, *fields.list));
  return HeaderResult<void>();
}

HeaderResult<void> fields_delete(Context&, Fields& fields, std::string name) {
  if (fields.is_immutable) return refuse(HeaderErrorCase::immutable);
  if (auto right = check(name, {}); !right) return right;
  std::erase_if(*fields.list, [&](const auto& field) { return same_name(field.first, name); });
  return {};
}

Result<HeaderResult<void>> fields_set(Context& context, Fields& fields, std::string name, std::vector<Bytes> values) {
  for (const Bytes& value : values)
    if (auto right = check(name, value); !right) return right;
  if (auto removed = fields_delete(context, fields, name); !removed) return removed;
  for (const Bytes& value : values) fields.list->emplace_back(name, text_of(value));
  TRY(within(context, *fields.list));
  return HeaderResult<void>();
}

std::vector<FieldPair> fields_entries(Context&, Fields& fields) {
  std::vector<FieldPair> entries;
  for (const auto& [name, value] : *fields.list) entries.emplace_back(name, bytes_of(value));
  return entries;
}

std::unique_ptr<Fields> fields_clone(Context&, Fields& fields) { return std::make_unique<Fields>(std::make_shared<FieldList>(*fields.list)); }

// Incoming requests and bodies.
Method request_method(Context&, IncomingRequest& request) { return Method::of(request.method); }
std::optional<std::string> request_path(Context&, IncomingRequest& request) {
  return request.target.empty() ? std::nullopt : std::optional(request.target);
}
std::optional<Scheme> request_scheme(Context&, IncomingRequest& request) { return Scheme::of(request.scheme); }
std::optional<std::string> request_authority(Context&, IncomingRequest& request) {
  return request.authority.empty() ? std::nullopt : std::optional(request.authority);
}
std::unique_ptr<Fields> request_headers(Context&, IncomingRequest& request) { return std::make_unique<Fields>(request.fields, true); }

Plain<std::unique_ptr<IncomingBody>> request_consume(Context&, IncomingRequest& request) {
  if (std::exchange(request.consumed, true)) return std::unexpected(None{});
  return std::make_unique<IncomingBody>(request.body);
}

class BodyInputStream final : public InputStream {
 public:
  explicit BodyInputStream(BodySource* source) : source_(source) {}
  StreamResult<Bytes> read(Context& context, uint64_t count, bool wait) override {
    if (!source_) return std::unexpected(StreamError::closed());
    if (count == 0 || (!wait && !source_->ready())) return Bytes();
    Bytes bytes(size_t(std::min<uint64_t>(count, context.read_bytes_max)));
    const auto got = source_->read(std::as_writable_bytes(std::span(bytes)));
    if (!got) return std::unexpected(StreamError::failed(got.error().what));
    if (*got == 0) return std::unexpected(StreamError::closed());
    bytes.resize(*got);
    return bytes;
  }
  std::unique_ptr<Pollable> subscribe() override {
    if (!source_) return std::make_unique<ReadyPollable>();
    return std::make_unique<FdPollable>(source_->wait_fd(), false, [source = source_] { return source->ready(); });
  }

 private:
  BodySource* source_;
};

Plain<std::unique_ptr<InputStream>> incoming_body_stream(Context&, IncomingBody& body) {
  if (std::exchange(body.stream_taken, true)) return std::unexpected(None{});
  return std::make_unique<BodyInputStream>(body.source);
}

std::unique_ptr<FutureTrailers> incoming_body_finish(Context&, std::unique_ptr<IncomingBody> body) { return std::make_unique<FutureTrailers>(body->source); }

std::unique_ptr<Pollable> trailers_subscribe(Context&, FutureTrailers&) { return std::make_unique<ReadyPollable>(); }

using Trailers = std::expected<std::optional<std::unique_ptr<Fields>>, HttpError>;
std::optional<Plain<Trailers>> trailers_get(Context&, FutureTrailers& future) {
  if (std::exchange(future.taken, true)) return Plain<Trailers>(std::unexpected(None{}));
  std::byte scrap[4096];
  if (future.source) {  // what the guest didn't read comes before the trailers
    for (;;) {
      const auto got = future.source->read(scrap);
      if (!got) return Plain<Trailers>(Trailers(std::unexpected(HttpError::other(got.error().what))));
      if (*got == 0) break;
    }
  }
  FieldList list = future.source ? future.source->trailers() : FieldList();
  if (list.empty()) return Plain<Trailers>(Trailers(std::nullopt));
  return Plain<Trailers>(Trailers(std::make_unique<Fields>(std::make_shared<FieldList>(std::move(list)), true)));
}

// Responses.
std::unique_ptr<OutgoingResponse> response_new(Context&, std::unique_ptr<Fields> fields) {
  auto state = std::make_shared<ResponseState>();
  state->fields = std::move(fields->list);
  return std::make_unique<OutgoingResponse>(std::move(state));
}

uint16_t response_status(Context&, OutgoingResponse& response) { return response.state->status; }

Plain<void> response_set_status(Context&, OutgoingResponse& response, uint16_t status) {
  if (status < 100 || status > 999) return std::unexpected(None{});
  response.state->status = status;
  return {};
}

std::unique_ptr<Fields> response_headers(Context&, OutgoingResponse& response) { return std::make_unique<Fields>(response.state->fields, true); }

Plain<std::unique_ptr<OutgoingBody>> body_of(const std::shared_ptr<ResponseState>& state) {
  if (std::exchange(state->body_taken, true)) return std::unexpected(None{});
  return std::make_unique<OutgoingBody>(state);
}
Plain<std::unique_ptr<OutgoingBody>> response_body(Context&, OutgoingResponse& response) { return body_of(response.state); }

class BodyOutputStream final : public OutputStream {
 public:
  explicit BodyOutputStream(std::shared_ptr<ResponseState> state) : state_(std::move(state)) {}

  StreamResult<uint64_t> check_write(Context& context) override {
    if (state_->failed || state_->body_finished) return std::unexpected(StreamError::closed());
    return state_->sink ? permit : context.body_buffer_max - std::min(context.body_buffer_max, state_->early.size());
  }

  StreamResult<void> write(Context& context, ByteView bytes) override {
    if (state_->failed || state_->body_finished) return std::unexpected(StreamError::closed());
    if (state_->sink) return done(state_->sink->write(std::as_bytes(bytes)));
    if (bytes.size() > context.body_buffer_max - std::min(context.body_buffer_max, state_->early.size()))
      return std::unexpected(StreamError::failed("too much was written before the response was set"));
    const auto more = std::as_bytes(bytes);
    state_->early.insert(state_->early.end(), more.begin(), more.end());
    return {};
  }

  // What is written goes out when it is much, when the body is finished, or when the guest wants to wait: so a response
  // that is made of a few small writes stays one piece, as `flush` promises only that it will be on its way.
  StreamResult<void> flush(Context&) override {
    if (state_->failed) return std::unexpected(StreamError::closed());
    return {};
  }

 private:
  StreamResult<void> done(Result<void> result) {
    if (result) return {};
    state_->failed = true;
    return std::unexpected(StreamError::failed(result.error().what));
  }
  std::shared_ptr<ResponseState> state_;
};

Plain<std::unique_ptr<OutputStream>> outgoing_body_write(Context&, OutgoingBody& body) {
  if (std::exchange(body.stream_taken, true)) return std::unexpected(None{});
  return std::make_unique<BodyOutputStream>(body.state);
}

std::expected<void, HttpError> outgoing_body_finish(Context&, std::unique_ptr<OutgoingBody> body, std::optional<std::unique_ptr<Fields>> trailers) {
  const auto state = std::exchange(body->state, nullptr);
  state->body_finished = true;
  if (state->failed) return std::unexpected(HttpError::other("the body could not be sent"));
  if (!state->sink) return {};
  const Result<void> finished = state->sink->finish(trailers ? *(*trailers)->list : FieldList());
  if (!finished) return std::unexpected(HttpError::other(finished.error().what));
  return {};
}

Result<void> outparam_set(Context&, std::unique_ptr<ResponseOutparam> outparam, std::expected<std::unique_ptr<OutgoingResponse>, HttpError> response) {
  if (!response) {
    outparam->answer.error = std::move(response).error();
    return {};
  }
  const auto& state = (*response)->state;
  outparam->answer.response = state;
  ResponseSink& sink = outparam->sink;
  if (state->failed) return sink.abort(), Result<void>();
  TRY(sink.head(state->status, *state->fields));
  if (!state->early.empty()) TRY(sink.write(state->early));
  state->early = {};
  state->sink = &sink;
  if (state->body_finished) TRY(sink.finish({}));
  return {};
}

// Outgoing requests: they can be made, and are refused when they are to be sent.
std::unique_ptr<OutgoingRequest> outgoing_request_new(Context&, std::unique_ptr<Fields> fields) { return std::make_unique<OutgoingRequest>(std::move(fields->list)); }
Plain<std::unique_ptr<OutgoingBody>> outgoing_request_body(Context&, OutgoingRequest& request) { return body_of(request.state); }
Method outgoing_request_method(Context&, OutgoingRequest& request) { return request.method; }
Plain<void> outgoing_request_set_method(Context&, OutgoingRequest& request, Method method) {
  if (!is_name(method.text())) return std::unexpected(None{});
  request.method = std::move(method);
  return {};
}
std::optional<std::string> outgoing_request_path(Context&, OutgoingRequest& request) { return request.path; }
Plain<void> outgoing_request_set_path(Context&, OutgoingRequest& request, std::optional<std::string> path) { return request.path = std::move(path), Plain<void>(); }
std::optional<Scheme> outgoing_request_scheme(Context&, OutgoingRequest& request) { return request.scheme; }
Plain<void> outgoing_request_set_scheme(Context&, OutgoingRequest& request, std::optional<Scheme> scheme) { return request.scheme = std::move(scheme), Plain<void>(); }
std::optional<std::string> outgoing_request_authority(Context&, OutgoingRequest& request) { return request.authority; }
Plain<void> outgoing_request_set_authority(Context&, OutgoingRequest& request, std::optional<std::string> authority) {
  return request.authority = std::move(authority), Plain<void>();
}
std::unique_ptr<Fields> outgoing_request_headers(Context&, OutgoingRequest& request) { return std::make_unique<Fields>(request.state->fields, true); }

std::unique_ptr<RequestOptions> options_new(Context&) { return std::make_unique<RequestOptions>(); }
template <auto member>
std::optional<uint64_t> options_get(Context&, RequestOptions& options) { return options.*member; }
template <auto member>
Plain<void> options_set(Context&, RequestOptions& options, std::optional<uint64_t> ns) { return options.*member = ns, Plain<void>(); }

uint16_t incoming_response_status(Context&, IncomingResponse& response) { return response.status; }
std::unique_ptr<Fields> incoming_response_headers(Context&, IncomingResponse& response) { return std::make_unique<Fields>(response.fields, true); }
Plain<std::unique_ptr<IncomingBody>> incoming_response_consume(Context&, IncomingResponse&) { return std::unexpected(None{}); }
std::unique_ptr<Pollable> future_response_subscribe(Context&, FutureIncomingResponse&) { return std::make_unique<ReadyPollable>(); }
using FutureResponse = std::optional<Plain<std::expected<std::unique_ptr<IncomingResponse>, HttpError>>>;
FutureResponse future_response_get(Context&, FutureIncomingResponse&) {
  return std::expected<std::unique_ptr<IncomingResponse>, HttpError>(std::unexpected(HttpError::denied()));
}

std::expected<std::unique_ptr<FutureIncomingResponse>, HttpError> outgoing_handle(Context&, std::unique_ptr<OutgoingRequest>,
                                                                                  std::optional<std::unique_ptr<RequestOptions>>) {
  return std::unexpected(HttpError::denied());
}

std::optional<HttpError> http_error_code(Context&, IoError& error) { return HttpError::other(error.text); }

using O = RequestOptions;

constexpr rc::HostFunction functions[] = {
    row<&http_error_code>("http-error-code"),
    row<&fields_new>("[constructor]fields"),
    row<&fields_from_list>("[static]fields.from-list"),
    row<&fields_get>("[method]fields.get"),
    row<&fields_has>("[method]fields.has"),
    row<&fields_set>("[method]fields.set"),
    row<&fields_delete>("[method]fields.delete"),
    row<&fields_append>("[method]fields.append"),
    row<&fields_entries>("[method]fields.entries"),
    row<&fields_clone>("[method]fields.clone"),
    row<&request_method>("[method]incoming-request.method"),
    row<&request_path>("[method]incoming-request.path-with-query"),
    row<&request_scheme>("[method]incoming-request.scheme"),
    row<&request_authority>("[method]incoming-request.authority"),
    row<&request_headers>("[method]incoming-request.headers"),
    row<&request_consume>("[method]incoming-request.consume"),
    row<&outgoing_request_new>("[constructor]outgoing-request"),
    row<&outgoing_request_body>("[method]outgoing-request.body"),
    row<&outgoing_request_method>("[method]outgoing-request.method"),
    row<&outgoing_request_set_method>("[method]outgoing-request.set-method"),
    row<&outgoing_request_path>("[method]outgoing-request.path-with-query"),
    row<&outgoing_request_set_path>("[method]outgoing-request.set-path-with-query"),
    row<&outgoing_request_scheme>("[method]outgoing-request.scheme"),
    row<&outgoing_request_set_scheme>("[method]outgoing-request.set-scheme"),
    row<&outgoing_request_authority>("[method]outgoing-request.authority"),
    row<&outgoing_request_set_authority>("[method]outgoing-request.set-authority"),
    row<&outgoing_request_headers>("[method]outgoing-request.headers"),
    row<&options_new>("[constructor]request-options"),
    row<&options_get<&O::connect_ns>>("[method]request-options.connect-timeout"),
    row<&options_set<&O::connect_ns>>("[method]request-options.set-connect-timeout"),
    row<&options_get<&O::first_byte_ns>>("[method]request-options.first-byte-timeout"),
    row<&options_set<&O::first_byte_ns>>("[method]request-options.set-first-byte-timeout"),
    row<&options_get<&O::between_bytes_ns>>("[method]request-options.between-bytes-timeout"),
    row<&options_set<&O::between_bytes_ns>>("[method]request-options.set-between-bytes-timeout"),
    row<&outparam_set>("[static]response-outparam.set"),
    row<&incoming_response_status>("[method]incoming-response.status"),
    row<&incoming_response_headers>("[method]incoming-response.headers"),
    row<&incoming_response_consume>("[method]incoming-response.consume"),
    row<&incoming_body_stream>("[method]incoming-body.stream"),
    row<&incoming_body_finish>("[static]incoming-body.finish"),
    row<&trailers_subscribe>("[method]future-trailers.subscribe"),
    row<&trailers_get>("[method]future-trailers.get"),
    row<&response_new>("[constructor]outgoing-response"),
    row<&response_status>("[method]outgoing-response.status-code"),
    row<&response_set_status>("[method]outgoing-response.set-status-code"),
    row<&response_headers>("[method]outgoing-response.headers"),
    row<&response_body>("[method]outgoing-response.body"),
    row<&outgoing_body_write>("[method]outgoing-body.write"),
    row<&outgoing_body_finish>("[static]outgoing-body.finish"),
    row<&future_response_subscribe>("[method]future-incoming-response.subscribe"),
    row<&future_response_get>("[method]future-incoming-response.get"),
};
constexpr const rc::ResourceKind* resources[] = {
    &Fields::kind, &IncomingBody::kind, &FutureTrailers::kind, &IncomingRequest::kind, &OutgoingResponse::kind, &OutgoingBody::kind,
    &ResponseOutparam::kind, &RequestOptions::kind, &OutgoingRequest::kind, &IncomingResponse::kind, &FutureIncomingResponse::kind,
};
constexpr rc::HostFunction outgoing_functions[] = {row<&outgoing_handle>("handle")};

}  // namespace

const rc::HostInterface http_types_interface{"wasi:http/types", oldest, newest, functions, resources};
const rc::HostInterface outgoing_handler_interface{"wasi:http/outgoing-handler", oldest, newest, outgoing_functions, {}};

}  // namespace wherry::wasi::p2
