import type { HeaderBag } from './httpFailures';
import type { ByteRange, ContentRange } from './ranges';
import type { SignedUrl } from './signedUrlCache';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  /** Base URL of the instance. The token is only sent to URLs below it. */
  readonly instance: string;
  readonly token?: string | undefined;
  /** Request body, sent as JSON. */
  readonly body?: object | undefined;
  /** Marks a read-only POST, such as a query, which may be repeated like a GET. */
  readonly changesNothing?: boolean | undefined;
  /** Whether GitLab computes the response on request, such as a test report: allows more time and no retries. */
  readonly isSlow?: boolean | undefined;
  /** ETag of the known content; an unchanged response has no body. */
  readonly etag?: string | undefined;
  /** Requested byte range. Servers without range support send the whole file. */
  readonly range?: ByteRange | undefined;
  /** Validator of the known file; if it has changed, the server sends the whole file. */
  readonly validator?: string | undefined;
  /** Cache entry for the file's storage URL: used for the request and updated by the response. For downloads only. */
  readonly signedUrl?: SignedUrl | undefined;
  /** Called for each request sent, including retries and redirects. */
  readonly onSend?: (() => void) | undefined;
  readonly signal: AbortSignal;
}

export interface JsonAnswer {
  readonly headers: HeaderBag;
  /** Parsed body; undefined if unchanged since the given ETag, or if a DELETE has no response body. */
  readonly body: unknown;
  readonly isUnchanged: boolean;
}

export interface StreamAnswer {
  /** Length of the body in bytes, from Content-Length; undefined if the server doesn't send it. */
  readonly size: number | undefined;
  readonly etag: string | undefined;
  /** Range that the server sends; undefined: the whole file. */
  readonly range?: ContentRange | undefined;
  /** Validator for requesting further ranges. */
  readonly validator?: string | undefined;
  /** Unchanged since the given ETag, so there is no body. */
  readonly isUnchanged: boolean;
  readonly body: AsyncIterable<Uint8Array>;
}

/** HTTP client; nothing else opens connections. All methods throw GitLabError, or the signal's reason once aborted. */
export interface Http {
  json(request: HttpRequest): Promise<JsonAnswer>;
  /** Starts a download. It may be redirected to object storage on another origin, which never receives the token. */
  stream(request: HttpRequest): Promise<StreamAnswer>;
  /** Closes idle connections. */
  dispose?(): void;
}
