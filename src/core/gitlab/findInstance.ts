import { recognize, type Probe, type Recognized } from './detect';
import { GitLabError, type Failure } from '../model/errors';
import { rootsOf } from '../model/instance';

/** A GitLab that has answered at this base URL. */
export interface FoundInstance {
  readonly url: string;
  readonly api: Recognized;
}

/**
 * The GitLab at an address, or at one of the roots above it where the address is that of a project; asked without a token.
 * Throws GitLabError: what keeps it from being reached, what is in front of it (`notGitLab`), or that there is none
 * (`noGitLab`).
 */
export async function findInstance(address: string, probe: Omit<Probe, 'token' | 'instance'>): Promise<FoundInstance> {
  const refusals: Failure[] = [];
  for (const url of rootsOf(address)) {
    try {
      return { url, api: await recognize({ ...probe, instance: { url, hosts: [], apiVersion: 'auto' } }) };
    } catch (error) {
      if (!(error instanceof GitLabError) || !isOfAddress(error.failure)) throw error;
      refusals.push(error.failure);
    }
  }
  throw new GitLabError(mostTelling(refusals, address));
}

/** Another address of the same server may be answered otherwise. */
function isOfAddress({ kind }: Failure): boolean {
  return kind === 'noGitLab' || kind === 'notGitLab' || kind === 'forbidden' || kind === 'refused';
}

/** What is in front of a GitLab says more than that there is none. */
function mostTelling(refusals: readonly Failure[], address: string): Failure {
  const inFront = refusals.find(({ kind }) => kind !== 'noGitLab');
  const { host, status } = refusals[0] ?? {};
  return inFront ?? { kind: 'noGitLab', host, status, url: address };
}
