/** Signs of the app: one stroke, 24 units, no fill. They repeat a word that stands beside them, so readers do not hear them. */
const paths = {
  share: 'M12 15V4m0 0L8 8m4-4 4 4M5 13v5a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2v-5',
  inbox: 'M4 13 6.5 5h11L20 13m-16 0v5a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-5m-16 0h5l1 2.5h4l1-2.5h5',
  people:
    'M9 11a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 9 11m-6 8.5c0-3.2 2.6-5.3 6-5.3s6 2.1 6 5.3M16 4.9a3.2 3.2 0 0 1 0 5.9m2 3.8c1.9.7 3 2.4 3 4.9',
  operate: 'M5 5h14v5H5zm0 9h14v5H5zM8 7.5h.01M8 16.500h.01M12 7.500h4M12 16.500h4',
  network: 'M12 6.500v11M6.500 9 12 6.500 17.500 9v6L12 17.500 6.500 15zM12 6.500V4M6.500 15 4.500 16M17.500 15l2 1',
  files: 'M7 3.500h7l4 4V20a.5.5 0 0 1-.5.5h-10.500A.5.5 0 0 1 6.500 20V4a.5.5 0 0 1 .5-.5M14 3.500V8h4',
  grants: 'M4 7h16M4 12h16M4 17h9m4 0 1.500 1.500L21.500 15',
  keys: 'M14.500 13.500a4.500 4.500 0 1 0-4-2.500L4 17.500V20h3v-2h2v-2h2l1.500-2.500M15.500 8.500h.01',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  check: 'm5 12.500 4.500 4.500L19 7.500',
  cross: 'm6 6 12 12M18 6 6 18',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  down: 'M12 4v11m0 0-4-4m4 4 4-4M5 19h14',
  lock: 'M6 11h12v9H6zm2.500 0V8a3.500 3.500 0 0 1 7 0v3',
  open: 'M6 11h12v9H6zm2.500 0V8a3.500 3.500 0 0 1 6.800-1.200',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8M12 3v2m0 14v2m9-9h-2M5 12H3m15.400-6.400L17 7M7 17l-1.400 1.400m12.800 0L17 17M7 7 5.600 5.600',
  moon: 'M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500',
  half: 'M12 20.500a8.500 8.500 0 1 0 0-17zm0 0a8.500 8.500 0 0 1 0-17',
  activity: 'M3 12h4l3-7 4 14 3-7h4',
  arrow: 'M5 12h14m-5-5 5 5-5 5',
  warn: 'M12 9v4m0 3.500h.01M12 4 2.800 19.500h18.400z',
  eye: 'M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12M12 14.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5',
} as const;

export type IconName = keyof typeof paths;

export function Icon({
  name,
  size = 20,
  className,
}: {
  readonly name: IconName;
  readonly size?: number;
  readonly className?: string;
}) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      className={`shrink-0 ${className ?? ''}`}
    >
      <path d={paths[name]} />
    </svg>
  );
}
