// Asks the layout thread; a new question drops the one before.

import { Worker } from 'node:worker_threads';
import type { ElkNode } from 'elkjs/lib/elk-api';
import type { Graph } from '../protocol';
import { fromElk, toElk, type Picture } from './picture';

const LONGEST = 120_000;

type Answer = { laid: ElkNode } | { error: string };

export class Layout {
  private worker: Worker | undefined;

  /** @param script path of the bundled layoutWorker.ts */
  constructor(private readonly script: string) {}

  /** Boxes and lines of a graph. Rejects when it fails, takes too long or is superseded. */
  async of(graph: Graph, open: ReadonlySet<string>): Promise<Picture> {
    this.stop();
    const worker = new Worker(this.script, {
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 2048, stackSizeMb: 64 },
    });
    this.worker = worker;
    try {
      return fromElk(await ask(worker, toElk(graph, open)), graph, open);
    } finally {
      void worker.terminate();
      if (this.worker === worker) this.worker = undefined;
    }
  }

  stop(): void {
    void this.worker?.terminate();
    this.worker = undefined;
  }
}

function ask(worker: Worker, question: ElkNode): Promise<ElkNode> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the layout took too long')), LONGEST);
    worker.once('message', (answer: Answer) => {
      if ('laid' in answer) resolve(answer.laid);
      else reject(new Error(answer.error));
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      clearTimeout(timer);
      reject(new Error('the layout was stopped'));
    });
    worker.postMessage(question);
  });
}
