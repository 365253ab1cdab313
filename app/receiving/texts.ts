/** Words of receiving: inbox, link landing, opening, previews. */
import { texts } from '../i18n/texts';

export const receivingTexts = texts(
  {
    save: 'Save',
    noPreview: 'This kind of file is not shown here. Save it to open it with a program of yours.',
    tooLarge: 'This file is too large to show here. Save it: it is decrypted on its way to your disk.',
  },
  {
    save: 'Guardar',
    noPreview: 'Esta clase de archivo no se muestra aquí. Guárdalo para abrirlo con un programa tuyo.',
    tooLarge: 'Este archivo es demasiado grande para mostrarlo. Guárdalo: se descifra de camino a tu disco.',
  },
);
