import type { Metadata, Viewport } from 'next';
import localFont from 'next/font/local';
import type { ReactNode } from 'react';
import './globals.css';
import { Frame } from './components/Frame';
import { titled } from './i18n/titles';
import { Providers } from './providers';

/** Source Sans 3 (SIL Open Font License, fonts/LICENSE), from our own folder: no third party is asked. */
const source = localFont({
  src: './fonts/sourceSans3.woff2',
  variable: '--font-source',
  weight: '200 900',
  // Next would measure the lightest weight, against Arial alone, which phones lack: globals.css knows better.
  adjustFontFallback: false,
});

export const metadata: Metadata = {
  ...titled('/'),
  description: 'Encrypt once, let others open it through independent nodes, and stop whenever you say.',
};

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#faf9f5' },
    { media: '(prefers-color-scheme: dark)', color: '#0d131a' },
  ],
};

/** The reader's scheme and language, and whether somebody was connected, before the first paint, so that nothing flashes. Kept free of quotes that HTML would escape. */
const early = `try{const d=document.documentElement,t=localStorage.getItem(\`dintel.theme\`),l=localStorage.getItem(\`dintel.language\`)||navigator.language.slice(0,2);if(t===\`light\`||t===\`dark\`)d.dataset.theme=t;if(l===\`es\`)d.lang=l;if(/current.:[^n]/.test(localStorage.getItem(\`wagmi.store\`)))d.dataset.known=\`\`}catch{}`;

/** Text becomes script nowhere, and an address only if it is our own: what `require-trusted-types-for` asks of a page (scripts/demo/csp.ts). */
const trusted = `if(self.trustedTypes)trustedTypes.createPolicy(\`default\`,{createScriptURL(u){return new URL(u,location).origin===location.origin?u:null}});`;

export default function RootLayout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en" className={source.variable} suppressHydrationWarning>
      <head>
        <script>{trusted + early}</script>
        <link rel="preload" href="/dintel.json" as="fetch" crossOrigin="anonymous" />
      </head>
      <body className="min-h-dvh bg-paper font-sans text-ink antialiased">
        <Providers>
          <Frame>{children}</Frame>
        </Providers>
      </body>
    </html>
  );
}
