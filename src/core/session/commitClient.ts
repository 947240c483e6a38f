import type { Build } from '../model/build';
import type { Listing } from '../model/pipeline';
import type { Urgency } from '../polling/schedule';

/** What loads the builds of a commit from an instance. Methods throw GitLabError. */
export interface CommitClient {
  /** Undefined before the first response. */
  readonly server: { readonly api: 'v3' | 'v4' } | undefined;
  /** Whether the server is known to be too old to run a pipeline. */
  readonly lacksRunPipeline: boolean;
  /** Undefined if GitLab could say and hasn't been asked. */
  readonly readOnlyIfKnown: boolean | undefined;
  /** Called once for each repository that is opened. */
  opened(): void;
  /** Waits until a listing may be loaded. */
  admit(urgency: Urgency, signal: AbortSignal): Promise<void>;
  /** Number of requests sent under a signal. */
  requestsOf(signal: AbortSignal): number;
  /** Loads the permissions of the token. */
  learn(signal: AbortSignal): Promise<void>;
  /** Builds and pipelines of a commit. `isAsked`: the user asked, so nothing may come from a cache. */
  listing(
    project: string,
    commit: { readonly sha: string; readonly ref?: string | undefined },
    signal: AbortSignal,
    isAsked?: boolean,
  ): Promise<Listing>;
  readonly builds: BuildsClient;
  /** Undefined if GitLab doesn't say. */
  hasCommit(project: string, sha: string, signal: AbortSignal): Promise<boolean | undefined>;
  /** Rejects if GitLab refuses access to the project. */
  confirmProject(project: string, signal: AbortSignal): Promise<void>;
}

/** What loads builds besides those of the commit. */
interface BuildsClient {
  /** One page of the project's newest builds. `scope`: only builds with this status. */
  recent(project: string, scope: string | undefined, signal: AbortSignal): Promise<readonly Build[]>;
  /** Expected duration in seconds by build name. */
  expectedSeconds(project: string, signal: AbortSignal): Promise<Readonly<Record<string, number>>>;
  /** Last result of `expectedSeconds`; undefined if not requested yet. */
  knownSeconds(project: string): Readonly<Record<string, number>> | undefined;
}
