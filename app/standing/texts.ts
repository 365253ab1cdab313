/** Words of what stands over every page: no network, a silent chain, a wallet elsewhere, a chain that began anew. */
import { texts } from '../i18n/texts';

export const standingTexts = texts(
  {
    offline: 'You are offline',
    offlineNote:
      'What you see is from before. Files that are already open stay readable; everything else goes on by itself when you are back.',
    silent: 'The chain does not answer',
    silentFor: 'What you see is from {ago} ago. This page asks again every two seconds.',
    silentAlways: 'Nothing can be read yet. This page asks again every two seconds.',
    elsewhere: 'Your wallet is on {theirs}',
    elsewhereNote: 'What is here lives on {ours}. Reading works; to share, pay or stake, switch.',
    chain: 'chain {id}',
    switchTo: 'Switch to {chain}',
    anew: 'The local chain has begun anew',
    anewNote:
      'What was shared and staked on the old one is gone, and lists here start empty. A wallet may still count transactions of the old chain. In MetaMask: Settings, Advanced, “Clear activity tab data”. Demo people need nothing.',
    understood: 'Understood',
  },
  {
    offline: 'Estás sin conexión',
    offlineNote:
      'Lo que ves es de antes. Los archivos ya abiertos se pueden leer; lo demás sigue por sí solo cuando vuelvas.',
    silent: 'La cadena no responde',
    silentFor: 'Lo que ves es de hace {ago}. Esta página pregunta otra vez cada dos segundos.',
    silentAlways: 'Todavía no se puede leer nada. Esta página pregunta otra vez cada dos segundos.',
    elsewhere: 'Tu cartera está en {theirs}',
    elsewhereNote: 'Lo de aquí vive en {ours}. Leer funciona; para compartir, pagar o depositar, cambia.',
    chain: 'la cadena {id}',
    switchTo: 'Cambiar a {chain}',
    anew: 'La cadena local empezó de nuevo',
    anewNote:
      'Lo compartido y depositado en la anterior ya no está, y las listas empiezan vacías. Una cartera puede seguir contando transacciones de la anterior. En MetaMask: Ajustes, Avanzado, «Borrar los datos de la pestaña de actividad». Las personas de prueba no necesitan nada.',
    understood: 'Entendido',
  },
);
