import type { Logger } from '../logger';
import type { Instance } from '../instance';
import { systemClock, type Clock } from '../schedule';
import { GitLabClient } from './client';
import { createHttp } from './http';
import type { FactsKeeper } from './instanceFacts';

/** A client for the instance. No request is made here. */
export function connect(
  instance: Instance,
  token: () => Promise<string | undefined>,
  log: Logger,
  userAgent: string,
  clock: Clock = systemClock,
  facts?: FactsKeeper,
): GitLabClient {
  return new GitLabClient(instance, createHttp(log, userAgent), token, log, clock, facts);
}
