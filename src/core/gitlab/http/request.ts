import type { HeaderBag } from './httpFailures';
import type { ByteRange, ContentRange } from './ranges';
import type { SignedUrl } from './signedUrlCache';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  /** Base URL of the instance: the token goes nowhere but below it. */
  readonly instance: string;
  readonly token?: string | undefined;
  /** Sent as JSON. */
  readonly body?: object | undefined;
  /** A POST that changes nothing, such as a query, may be sent again as a GET may. */
  readonly changesNothing?: boolean | undefined;
  /** Of the answer that is known: where it is still the same, there is no body. */
  readonly etag?: string | undefined;
  /** The part of the file that is wanted; who does not know of parts sends the whole. */
  readonly range?: ByteRange | undefined;
  /** Of what the part is wanted of: where the file is another by now, all of it comes. */
  readonly validator?: string | undefined;
  /** Where the file is asked for straight away, and where it is found is kept; for downloads alone. */
  readonly place?: SignedUrl | undefined;
  /** Told of each request that goes out, retries and redirects too. */
  readonly onSend?: (() => void) | undefined;
  readonly signal: AbortSignal;
}

export interface JsonAnswer {
  readonly headers: HeaderBag;
  /** undefined where it is unchanged since the ETag that was sent along, and where a DELETE is answered by nothing. */
  readonly body: unknown;
  readonly isUnchanged: boolean;
}

export interface StreamAnswer {
  /** Bytes to come, from Content-Length; undefined where the server does not say. */
  readonly size: number | undefined;
  readonly etag: string | undefined;
  /** undefined: the whole file comes. */
  readonly range?: ContentRange | undefined;
  /** What a further part may be asked for with. */
  readonly validator?: string | undefined;
  /** Since the ETag that was sent along; then there is no body. */
  readonly isUnchanged: boolean;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Opens connections; the only one that does. All methods throw GitLabError, or the signal's reason once it is aborted. */
export interface Http {
  json(request: HttpRequest): Promise<JsonAnswer>;
  /** A download: it may be redirected to object storage on another origin, which never sees the token. */
  stream(request: HttpRequest): Promise<StreamAnswer>;
  /** Closes idle connections. */
  dispose?(): void;
}
