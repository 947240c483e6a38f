/** A row as far as it is compared. `look` stands for all that is drawn of it. */
export interface Shape {
  readonly id: string;
  readonly look: string;
  /** Rows with the same face have the same look, which then need not be worked out. */
  readonly face?: object | undefined;
  readonly children: readonly Shape[];
}

/** Ids of rows, each to be drawn anew with all that is below it; none: nothing has changed. */
export type Redraw = 'all' | readonly string[];

/** So many rows cost VS Code about as much as the whole tree; each further one costs more than it. */
export const rowsAtOnce = 300;

/** The fewest rows to draw anew, so that what was drawn as `before` looks like `after`. */
export function redrawOf(before: readonly Shape[], after: readonly Shape[]): Redraw {
  const rows: string[] = [];
  return isListDrawn(before, after, rows) && rows.length <= rowsAtOnce ? rows : 'all';
}

/** Whether the same rows stand there in the same order; if so, those to draw anew are added to `rows`. */
function isListDrawn(before: readonly Shape[], after: readonly Shape[], rows: string[]): boolean {
  if (before.length !== after.length || before.some(({ id }, index) => id !== after[index]?.id)) return false;
  for (const [index, is] of after.entries()) {
    const was = before[index];
    // A row that is drawn anew takes all below it along: what was found there is not needed on its own.
    const found = rows.length;
    if (was !== undefined && isSameLook(was, is) && isListDrawn(was.children, is.children, rows)) continue;
    rows.length = found;
    rows.push(is.id);
  }
  return true;
}

function isSameLook(was: Shape, is: Shape): boolean {
  return (was.face !== undefined && was.face === is.face) || was.look === is.look;
}
