import { type DocumentNode, type GraphQLError, Kind, visit } from 'graphql';

export interface ShownError {
  readonly message: string;
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** In graphql-ruby's words. */
export function errorOf({ message, locations, path, nodes }: GraphQLError, document?: DocumentNode): ShownError {
  const place = locations ? { locations } : {};
  const field = /^Cannot query field "(\w+)" on type "(\w+)"/.exec(message);
  if (field && document) {
    const [, fieldName = '', typeName = ''] = field;
    return {
      message: `Field '${fieldName}' doesn't exist on type '${typeName}'`,
      ...place,
      path: pathTo(document, nodes?.[0]),
      extensions: { code: 'undefinedField', typeName, fieldName },
    };
  }
  const argument = /^Unknown argument "(\w+)" on field "\w+\.(\w+)"/.exec(message);
  if (argument && document) {
    const [, argumentName = '', name = ''] = argument;
    return {
      message: `Field '${name}' doesn't accept argument '${argumentName}'`,
      ...place,
      path: [...pathTo(document, nodes?.[0]), argumentName],
      extensions: { code: 'argumentNotAccepted', name, typeName: 'Field', argumentName },
    };
  }
  const parse = message.startsWith('Syntax Error') ? message.replace('Syntax Error: ', 'Parse error: ') : message;
  return { message: parse, ...place, ...(path ? { path } : {}) };
}

/** `query`, then the names of the fields on the way. */
function pathTo(document: DocumentNode, wanted: unknown): readonly string[] {
  let found: readonly string[] = [];
  const way: string[] = [];
  visit(document, {
    enter: (node) => {
      if (node.kind === Kind.OPERATION_DEFINITION)
        way.push([node.operation, node.name?.value].filter(Boolean).join(' '));
      if (node.kind === Kind.FRAGMENT_DEFINITION) way.push(`fragment ${node.name.value}`);
      if (node.kind === Kind.FIELD) way.push(node.name.value);
      if (node === wanted) found = [...way];
    },
    leave: (node) => {
      if (
        node.kind === Kind.FIELD ||
        node.kind === Kind.OPERATION_DEFINITION ||
        node.kind === Kind.FRAGMENT_DEFINITION
      ) {
        way.pop();
      }
    },
  });
  return found;
}
