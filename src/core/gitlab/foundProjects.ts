import type { Instance } from '../model/instance';
import { deepEqual } from '../util/deepEqual';
import { SharedWork } from '../util/sharedWork';
import type { Clock } from '../util/timer';
import type { ClientCaches } from './clientCaches';
import type { DetectedServer, OpenCall } from './detectedServer';
import { toProject, type KindsOfPipelines, type Project } from './dialect';
import { isRecent, withProject, type FactsKeeper } from './instanceFacts';
import { JsonObject, UnexpectedShape } from './jsonObject';
import { isGraphqlRefused } from './listing/graphql';
import { refusedBy } from './listing/graphqlRequests';
import { present } from './listing/restMappers';

/** A known project, found by this client or restored from another window, which may use a different token. */
interface KeptProject {
  readonly project: Project;
  readonly isSeen: boolean;
}

interface FoundProjectsParts {
  readonly instance: Instance;
  readonly clock: Clock;
  readonly caches: ClientCaches;
  readonly facts: FactsKeeper | undefined;
  readonly server: DetectedServer;
}

/** Projects of an instance by the name that the user gave, and the kinds of pipelines that they have. */
export class FoundProjects {
  private readonly projects = new Map<string, KeptProject>();
  /** Kinds of pipelines in the last listing of each project, by its id. */
  private readonly kinds = new Map<number, KindsOfPipelines>();
  private readonly lookUps = new Map<string, SharedWork<Project>>();

  constructor(private readonly parts: FoundProjectsParts) {
    const now = parts.clock.now();
    for (const [name, found] of Object.entries(parts.facts?.get()?.projects ?? {})) {
      const { id, path, at, hasChildren, hasMerges } = found;
      const project = { id, path, url: `${parts.instance.url}/${path}` };
      if (!isRecent(at, now)) continue;
      this.projects.set(name, { project, isSeen: false });
      this.kinds.set(id, present({ hasChildren, hasMerges }));
    }
  }

  get(name: string): KeptProject | undefined {
    return this.projects.get(name);
  }

  kindsOf({ id }: Project): KindsOfPipelines | undefined {
    return this.kinds.get(id);
  }

  /** Forgets a project that is gone. */
  forget(name: string): void {
    this.projects.delete(name);
    this.parts.server.keepFacts((facts) => withProject(facts, name, undefined));
    this.parts.caches.pages.clear();
  }

  /** Lets nobody join the pending look-ups, which use a previous token. */
  forgetPending(): void {
    this.lookUps.clear();
  }

  /** Looks up a project once and caches it. */
  async find(idOrPath: string, signal: AbortSignal): Promise<Project> {
    const known = this.projects.get(idOrPath);
    return known?.isSeen === true ? known.project : this.lookUpAgain(idOrPath, idOrPath, signal);
  }

  /**
   * Looks up a project, sharing the request among concurrent callers, and caches it under the name that the user gave.
   */
  async lookUpAgain(name: string, idOrPath: string, signal: AbortSignal): Promise<Project> {
    const shared = this.lookUps.get(idOrPath) ?? new SharedWork<Project>();
    this.lookUps.set(idOrPath, shared);
    const project = await shared.join(signal, (all) => this.lookUp(idOrPath, all));
    this.projects.set(name, { project, isSeen: true });
    const { id, path } = project;
    const kinds = this.kinds.get(id);
    this.parts.server.keepFacts((facts) =>
      withProject(facts, name, { id, path, at: this.parts.clock.now(), ...kinds }),
    );
    return project;
  }

  private async lookUp(idOrPath: string, signal: AbortSignal): Promise<Project> {
    const read = (row: JsonObject): Project => toProject(row, this.parts.instance);
    const ask = async ({ api, beside }: OpenCall): Promise<Project> => {
      const project = beside === undefined ? undefined : readOrNone(await beside, read);
      return project ?? api.get(`projects/${encodeURIComponent(idOrPath.toWellFormed())}`, read);
    };
    return this.parts.server.call(signal, ask, idOrPath);
  }

  /** Remembers, for other windows too, what makes the next first listing of a commit shorter. */
  keepLearned(name: string, { id }: Project, kinds: KindsOfPipelines): void {
    this.kinds.set(id, kinds);
    const { server, caches } = this.parts;
    const { memory } = caches;
    const [facts, { detected }] = [this.parts.facts?.get(), server];
    if (facts === undefined || detected === undefined) return;
    const { [name]: found } = facts.projects;
    const isNew = found !== undefined && !isSameKinds(kinds, found);
    const refused = detected.isSeen ? refusedBy({ server: detected.server, memory }) : [];
    const isRefused = detected.isSeen && isGraphqlRefused({ memory });
    const isLearned = !deepEqual(refused, facts.lacks ?? []) || isRefused !== (facts.noGraphql === true);
    if (!isNew && !(detected.isSeen && isLearned)) return;
    server.keepFacts(({ projects, ...all }) => {
      const known = found && { id: found.id, path: found.path, at: found.at, ...kinds };
      const learned = {
        ...(refused.length === 0 ? {} : { lacks: refused }),
        ...(isRefused ? ({ noGraphql: true } as const) : {}),
      };
      return {
        ...(detected.isSeen ? { server: all.server, at: all.at, ...learned } : all),
        projects: known === undefined ? projects : { ...projects, [name]: known },
      };
    });
  }
}

function isSameKinds(one: KindsOfPipelines, other: KindsOfPipelines): boolean {
  return one.hasChildren === other.hasChildren && one.hasMerges === other.hasMerges;
}

/** Converts a JSON body; undefined if it has an unexpected shape. */
function readOrNone<T>(body: unknown, read: (row: JsonObject) => T): T | undefined {
  try {
    return read(new JsonObject(body, 'the answer'));
  } catch (error) {
    if (error instanceof UnexpectedShape) return undefined;
    throw error;
  }
}
