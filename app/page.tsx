import { Home } from './components/Home';

/** The front page. */
export default function HomePage() {
  return <Home />;
}
