import { buildASTSchema, type DefinitionNode, type DocumentNode, type GraphQLSchema, Kind, parse } from 'graphql';
import type { GraphQL, Profile } from '../profiles/profile';
import { sdl } from './sdl';

const built = new WeakMap<GraphQL, GraphQLSchema>();

/** The schema of one version: what it lacks is not in it. */
export function schemaOf({ graphql }: Profile): GraphQLSchema | undefined {
  if (graphql === 'absent') return undefined;
  const known = built.get(graphql) ?? buildASTSchema(without(parse(sdl), graphql.lacks));
  built.set(graphql, known);
  return known;
}

function without(document: DocumentNode, lacks: readonly string[]): DocumentNode {
  return { ...document, definitions: document.definitions.map((definition) => cut(definition, lacks)) };
}

function cut(definition: DefinitionNode, lacks: readonly string[]): DefinitionNode {
  if (definition.kind === Kind.OBJECT_TYPE_DEFINITION) {
    const fields = definition.fields?.filter(({ name }) => !lacks.includes(`${definition.name.value}.${name.value}`));
    return { ...definition, ...(fields && { fields }) };
  }
  if (definition.kind === Kind.ENUM_TYPE_DEFINITION) {
    const values = definition.values?.filter(({ name }) => !lacks.includes(`${definition.name.value}.${name.value}`));
    return { ...definition, ...(values && { values }) };
  }
  return definition;
}
