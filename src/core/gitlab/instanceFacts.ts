import type { Server } from './detect';

/** Where a project was found: nothing that only some users may know. */
export interface FoundProject {
  readonly id: number;
  /** As GitLab writes it. */
  readonly path: string;
  /** In ms since 1970. */
  readonly at: number;
}

/** What is known of an instance, and holds for every window and every token. */
export interface InstanceFacts {
  readonly server: Server;
  /** When the server was asked what it is, in ms since 1970. */
  readonly at: number;
  /** By what they were asked for by, the latest last. */
  readonly projects: Readonly<Record<string, FoundProject>>;
}

/** Keeps the facts of one instance from window to window. */
export interface FactsKeeper {
  get(): InstanceFacts | undefined;
  keep(facts: InstanceFacts | undefined): void;
}

/** A server may be upgraded under us, and a project moved. */
export const factsHoldMs = 24 * 3600_000;
export const mostProjects = 100;

/** Whether what was found out at that time is still to be relied on. Both in ms since 1970. */
export function isRecent(at: number, now: number): boolean {
  // Later than now: the clock was set back, and how old it is is not known.
  return at <= now && now - at < factsHoldMs;
}

/** The facts with one project more, or, where there is none by that name, less; bounded. */
export function withProject(facts: InstanceFacts, name: string, found: FoundProject | undefined): InstanceFacts {
  const others = Object.entries(facts.projects).filter(([other]) => other !== name);
  const all = found === undefined ? others : [...others, [name, found] as const];
  return { ...facts, projects: Object.fromEntries(all.slice(-mostProjects)) };
}
