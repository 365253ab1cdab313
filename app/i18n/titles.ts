/** Titles of the pages: the exported ones are English; `useTitle` puts the reader's language. */
import { texts } from './texts.ts';

export const titleTexts = texts(
  {
    '/': 'Share encrypted data by threshold',
    '/start': 'The story',
    '/share': 'Share',
    '/files': 'Files',
    '/files/file': 'File',
    '/grants': 'Grants',
    '/grants/grant': 'Grant',
    '/inbox': 'Inbox',
    '/inbox/item': 'Received',
    '/open': 'Open',
    '/people': 'People',
    '/people/me': 'My card',
    '/add': 'People',
    '/invited': 'Invitation',
    '/keys': 'Keys',
    '/activity': 'Activity',
    '/settings': 'Settings',
    '/operate': 'Operate',
    '/operate/stake': 'Stake',
    '/network': 'Network',
    '/network/policies': 'Policies',
    '/network/events': 'Events',
    '/network/node': 'Node',
    '/network/quorum': 'Quorum',
    '/dev': 'Local tools',
  },
  {
    '/': 'Comparte datos cifrados por umbral',
    '/start': 'La historia',
    '/share': 'Compartir',
    '/files': 'Archivos',
    '/files/file': 'Archivo',
    '/grants': 'Permisos',
    '/grants/grant': 'Permiso',
    '/inbox': 'Recibido',
    '/inbox/item': 'Algo recibido',
    '/open': 'Abrir',
    '/people': 'Personas',
    '/people/me': 'Mi tarjeta',
    '/add': 'Personas',
    '/invited': 'Invitación',
    '/keys': 'Claves',
    '/activity': 'Actividad',
    '/settings': 'Ajustes',
    '/operate': 'Operar',
    '/operate/stake': 'Depositar',
    '/network': 'Red',
    '/network/policies': 'Pólizas',
    '/network/events': 'Sucesos',
    '/network/node': 'Nodo',
    '/network/quorum': 'Quórum',
    '/dev': 'Herramientas locales',
  },
);

/** A page that has a title. */
export type Titled = keyof typeof titleTexts.en;

export const isTitled = (path: string): path is Titled => path in titleTexts.en;

/** A page's own part, with the name of the whole. */
export const fullTitle = (title: string): string => `${title} · Dintel`;

/** What a page exports as `metadata`. */
export const titled = (path: Titled): { readonly title: string } => ({ title: fullTitle(titleTexts.en[path]) });
