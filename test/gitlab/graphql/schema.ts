import {
  buildASTSchema,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
  isEnumType,
  isObjectType,
  Kind,
  parse,
  visit,
} from 'graphql';
import type { GraphQL, Profile } from '../profiles/profile';
import { sdl } from './sdl';

const built = new WeakMap<GraphQL, GraphQLSchema>();

/** The schema of one release: what it does not have yet, or no longer has, is not in it. */
export function schemaOf({ graphql }: Pick<Profile, 'graphql'>): GraphQLSchema | undefined {
  if (graphql === 'absent') return undefined;
  const known =
    built.get(graphql) ?? buildASTSchema(documentOf(graphql.release, graphql.lacks), { assumeValidSDL: true });
  built.set(graphql, known);
  return known;
}

/** Whether a release has a field, such as `CiJob.exitCode`. */
export function hasField(profile: Pick<Profile, 'graphql'>, type: string, field: string): boolean {
  const found = schemaOf(profile)?.getType(type);
  return isObjectType(found) && Object.hasOwn(found.getFields(), field);
}

/** Whether a release has a value of an enum, such as `CANCELING` of `CiJobStatus`. */
export function hasValue(profile: Pick<Profile, 'graphql'>, type: string, value: string): boolean {
  const found = schemaOf(profile)?.getType(type);
  return isEnumType(found) && found.getValue(value) !== undefined;
}

/** Whether a release, such as `16.3`, is another one or comes after it. */
export function isSince(release: string, since: string): boolean {
  const [major = 0, minor = 0] = release.split('.').map(Number);
  const [fromMajor = 0, fromMinor = 0] = since.split('.').map(Number);
  return major > fromMajor || (major === fromMajor && minor >= fromMinor);
}

/** The table of types as one release has them, without marks. `lacks`: see the profile. */
export function documentOf(release: string, lacks: readonly string[] = []): DocumentNode {
  const keep = ({ directives = [] }: Marked): undefined | null =>
    directives.every((mark) => holds(mark, release)) ? undefined : null;
  const document = visit(parse(sdl), {
    [Kind.DIRECTIVE_DEFINITION]: () => null,
    [Kind.FIELD_DEFINITION]: { enter: keep },
    [Kind.INPUT_VALUE_DEFINITION]: { enter: keep },
    [Kind.ENUM_VALUE_DEFINITION]: { enter: keep },
    [Kind.DIRECTIVE]: { leave: () => null },
  });
  return { ...document, definitions: document.definitions.map((definition) => cut(definition, lacks)) };
}

function cut(definition: DefinitionNode, lacks: readonly string[]): DefinitionNode {
  if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION || lacks.length === 0) return definition;
  const fields = (definition.fields ?? []).flatMap((field) => {
    const place = `${definition.name.value}.${field.name.value}`;
    if (lacks.includes(place)) return [];
    const kept = field.arguments?.filter(({ name }) => !lacks.includes(`${place}(${name.value})`));
    return [{ ...field, ...(kept && { arguments: kept }) }];
  });
  return { ...definition, fields };
}

interface Marked {
  readonly directives?: readonly ConstDirectiveNode[];
}

function holds(mark: ConstDirectiveNode, release: string): boolean {
  const [argument] = mark.arguments ?? [];
  if (argument?.value.kind !== Kind.STRING) throw new Error(`${mark.name.value} names no release`);
  return isSince(release, argument.value.value) === (mark.name.value === 'since');
}
