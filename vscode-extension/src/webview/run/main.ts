// The run page: the form above, the result below.

import './run.css';
import type { FromRunPage, ToRunPage } from '../../views/runMessages';
import { element, main } from '../dom';
import { Form } from './form';
import { Output } from './output';
import { resultOf } from './result';

const vscode = acquireVsCodeApi<{ arguments: string[] }>();
const post = (message: FromRunPage): void => vscode.postMessage(message);

const form = new Form({
  run: (mode, texts) => post({ kind: 'run', mode, arguments: texts }),
  interrupt: () => post({ kind: 'interrupt' }),
});
const result = element('section', { class: 'result', 'aria-live': 'polite' });
let output = new Output();

main().append(form.root, result);

function receive(message: ToRunPage): void {
  switch (message.kind) {
    case 'function':
      form.describe(message.function, message.arguments, message.worker);
      break;
    case 'started':
      form.busy = true;
      output = new Output();
      result.replaceChildren(element('p', { class: 'note' }, 'Running…'), output.root);
      break;
    case 'output':
      output.add(message.printed);
      break;
    case 'finished':
      form.busy = false;
      result.replaceChildren(...resultOf(message.run, post));
      break;
    case 'failed':
      form.busy = false;
      result.replaceChildren(element('p', { class: 'error' }, message.message));
      break;
  }
}

window.addEventListener('message', (event: MessageEvent<ToRunPage>) => receive(event.data));
post({ kind: 'ready' });
