import type { FakeGitLab, RecordedRequest } from './server';

export interface Traffic {
  readonly requests: number;
  /** Of the bodies of answers, as far as they were sent. */
  readonly bytes: number;
}

/** Who answered what: GitLab what is of archives, or else, and the storage. */
export type TrafficKind = 'archive' | 'api' | 'storage';

/** What has been asked of the fake and of its storage so far, or since `from` (as `mark` gave it). */
export function trafficOf(fake: FakeGitLab, from: Mark = start): Readonly<Record<TrafficKind, Traffic>> {
  const asked = fake.requests.slice(from.gitlab);
  const isOfArchive = ({ path }: RecordedRequest): boolean => /\/artifacts(\/|\?|$)/.test(path);
  return {
    archive: sum(asked.filter(isOfArchive)),
    api: sum(asked.filter((one) => !isOfArchive(one))),
    storage: sum(fake.storage.requests.slice(from.storage)),
  };
}

export interface Mark {
  readonly gitlab: number;
  readonly storage: number;
}

const start: Mark = { gitlab: 0, storage: 0 };

export function mark(fake: FakeGitLab): Mark {
  return { gitlab: fake.requests.length, storage: fake.storage.requests.length };
}

function sum(requests: readonly RecordedRequest[]): Traffic {
  return { requests: requests.length, bytes: requests.reduce((total, { bytes }) => total + bytes, 0) };
}
