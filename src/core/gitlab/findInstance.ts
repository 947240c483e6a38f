import { recognize, type Probe, type Recognized } from './detect';
import { GitLabError, type Failure } from '../model/errors';
import { rootsOf } from '../model/instance';

/** A GitLab that responded at this base URL. */
export interface FoundInstance {
  readonly url: string;
  readonly api: Recognized;
}

/**
 * Finds the GitLab at an address or, if that belongs to a project, at a parent path, without a token. Throws
 * GitLabError: why it can't be reached, what is in front of it (`notGitLab`), or that there is none (`noGitLab`).
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

/** Whether the failure is specific to the address, so that another path on the server may work. */
function isOfAddress({ kind }: Failure): boolean {
  return kind === 'noGitLab' || kind === 'notGitLab' || kind === 'forbidden' || kind === 'refused';
}

/** The most informative failure: something in front of a GitLab is more specific than finding none. */
function mostTelling(refusals: readonly Failure[], address: string): Failure {
  const inFront = refusals.find(({ kind }) => kind !== 'noGitLab');
  const { host, status } = refusals[0] ?? {};
  return inFront ?? { kind: 'noGitLab', host, status, url: address };
}
