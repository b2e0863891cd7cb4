// Runs the layout in a thread of its own, so that the editor's other extensions do not wait for it.

import { parentPort } from 'node:worker_threads';
import ELK from 'elkjs/lib/elk.bundled.js';
import type { ElkNode } from 'elkjs/lib/elk-api';
import { layOut } from './chooseLayout';

const elk = new ELK();

parentPort?.on('message', (graph: ElkNode) => {
  layOut(graph, (small) => elk.layout(small)).then(
    (laid) => parentPort?.postMessage({ laid }),
    (error: unknown) => parentPort?.postMessage({ error: String(error) }),
  );
});
