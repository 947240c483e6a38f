import type { Server } from './detect';
import type { KindsOfPipelines } from './dialect';

/** Where a project was found; contains nothing confidential. */
export interface FoundProject extends KindsOfPipelines {
  readonly id: number;
  /** Path as GitLab spells it. */
  readonly path: string;
  /** When it was found, in ms since 1970. */
  readonly at: number;
}

/** Facts about an instance that are valid for all windows and tokens. */
export interface InstanceFacts {
  readonly server: Server;
  /** When the server was detected, in ms since 1970. */
  readonly at: number;
  /** Fields that GraphQL refused, as `Type.field`, although this version should have them. */
  readonly lacks?: readonly string[] | undefined;
  /** Whether GraphQL refused to list builds although this version should support it. */
  readonly noGraphql?: true | undefined;
  /** Projects by the name they were requested with, most recent last. */
  readonly projects: Readonly<Record<string, FoundProject>>;
}

/** Shares the facts about one instance between windows. */
export interface FactsKeeper {
  get(): InstanceFacts | undefined;
  keep(facts: InstanceFacts | undefined): void;
}

/** How long facts are valid: servers are upgraded and projects are moved. */
const factsHoldMs = 24 * 3600_000;
const maxProjects = 100;

/** Whether facts are still valid. Both times in ms since 1970. */
export function isRecent(at: number, now: number): boolean {
  // A time in the future means that the clock was set back, so the age is unknown.
  return at <= now && now - at < factsHoldMs;
}

/** Adds a project to the facts, or removes it if `found` is undefined. Bounded in size. */
export function withProject(facts: InstanceFacts, name: string, found: FoundProject | undefined): InstanceFacts {
  const others = Object.entries(facts.projects).filter(([other]) => other !== name);
  const all = found === undefined ? others : [...others, [name, found] as const];
  return { ...facts, projects: Object.fromEntries(all.slice(-maxProjects)) };
}
