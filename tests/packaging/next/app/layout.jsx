export default function Layout({ children }) {
  return (
    <html lang="en">
      <head>
        <title>next</title>
      </head>
      <body>{children}</body>
    </html>
  );
}
