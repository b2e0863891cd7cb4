// Which layout a graph gets: the library's where that is a matter of seconds, else our quick one.

import type { ElkNode } from 'elkjs/lib/elk-api';
import { passages, quickLayout } from './quickLayout';

/** Boxes in sight, and rows passed by lines, up to which the library is asked. */
const MOST_BOXES = 500;
const MOST_PASSAGES = 3000;

export async function layOut(
  graph: ElkNode,
  library: (graph: ElkNode) => Promise<ElkNode>,
): Promise<ElkNode> {
  const large = countBoxes(graph) > MOST_BOXES || passages(graph) > MOST_PASSAGES;
  return large ? quickLayout(graph) : library(graph);
}

function countBoxes({ children = [] }: ElkNode): number {
  return children.reduce((sum, child) => sum + countBoxes(child), children.length);
}
