// What the codes mean that every service and its storage may answer.

export const COMMON = {
  stack_not_running: "The service runs, but the storage behind it does not answer.",
  bad_cursor: "The list has changed since. Load the page again.",
  idempotency_key_reused: "This request was already sent with other contents. Try once more.",
  busy: "Too much is happening at once. Try again in a moment.",
  offline: "The service does not answer. Check the connection, then try again.",
  aws_busy: "Too much is happening at once. Try again in a moment.",
  aws_unreachable: "The storage behind the service does not answer. Try again in a moment.",
  internal_error: "Something went wrong in the service. Try again.",
  object_archived: "The file was moved to an archive. Once it is restored there, try again.",
  object_not_readable: "The storage does not let the service read this file.",
  unauthorized: "An API key is needed.",
  unknown_api_key: "This API key is not known.",
  scope_missing: "This API key does not allow that.",
  forbidden: "This API key does not allow that.",
  EntityTooLarge: "The file is larger than the service accepts.",
  EntityTooSmall: "The file is empty.",
  AccessDenied: "The storage refused the file. Retry to ask for a new permission.",
  ExpiredToken: "The permission to upload has run out. Retry to ask for a new one.",
  RequestTimeout: "The connection was too slow. Retry.",
};
