// Styles first: tokens.css names the order of the layers, and the first to name them decides.
import './styles/tokens.css';
import './styles/base.css';

import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { createScreenStore } from './state/screen-store.ts';
import { createStationStore } from './state/station-store.ts';
import { startText } from './text/i18n.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

startText();
const store = createStationStore(window.station);
void store.getState().start();
createRoot(root).render(<App station={window.station} store={store} screens={createScreenStore()} />);
