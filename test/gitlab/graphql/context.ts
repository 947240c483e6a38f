import { GraphQLError } from 'graphql';
import type { Links } from '../entities/links';
import type { FakeBuild, Pipeline, Project, User } from '../model';
import type { GraphQL } from '../profiles/profile';
import { type Ability, can, canOn } from '../rules';
import type { World } from '../world';
import type { Weight } from './complexity';

/** Who asks what of which GitLab. */
export interface Context {
  readonly world: World;
  readonly links: Links;
  readonly user: User | undefined;
  readonly mayWrite: boolean;
  readonly weight: Weight;
  readonly limit: number;
  /** How often each field that may be asked for once was. */
  readonly calls: Map<string, number>;
}

/** A stage has no row of its own here. */
export interface Stage {
  readonly pipeline: Pipeline;
  readonly name: string;
  readonly position: number;
  readonly status: string;
}

export type Resolvers<Source, Args = Readonly<Record<string, never>>> = Readonly<
  Record<string, (source: Source, args: Args, context: Context) => unknown>
>;

/** Answered with 422. */
export class ArgumentError extends Error {}

/** Throws where this GitLab has no GraphQL, which then nobody asks. */
export function graphqlOf({ profile }: World): GraphQL {
  if (profile.graphql === 'absent') throw new Error(`GitLab ${profile.name} has no GraphQL`);
  return profile.graphql;
}

/** Some fields are for one object a request only: the next one is refused, in the midst of the answer. */
export function countCall({ calls }: Context, field: string, type: string): void {
  const count = (calls.get(field) ?? 0) + 1;
  calls.set(field, count);
  if (count > 1) throw new GraphQLError(`"${field}" field can be requested only for 1 ${type}(s) at a time.`);
}

export function may({ user, world }: Context, ability: Ability, project: Project): boolean {
  return can(user, ability, project, world.profile);
}

export function mayOn({ user, world }: Context, ability: Ability, build: FakeBuild): boolean {
  return canOn(user, ability, world.project(build.projectId), build, world.profile);
}

export function stagesOf(pipeline: Pipeline, { world }: Context): readonly Stage[] {
  return world
    .pipelineState(pipeline)
    .stages.map(({ name, status }, position) => ({ pipeline, name, status, position }));
}

/** `gid://gitlab/Ci::Build/12` → 12 */
export function idIn(globalId: unknown): number {
  return Number(/(\d+)$/.exec(String(globalId))?.[1]);
}

export function upper(status: string): string {
  return status.toUpperCase();
}
