<?php

declare(strict_types=1);

// Every request that no cache behavior sends to the bucket arrives here: the front controller.
// What the page shows is this very request, so that no cache may keep it.
header('Cache-Control: private, no-store');

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path === '/redirect') {
    header('Location: /?name=redirected', true, 303);
    exit;
}
if (!in_array($path, ['/', '/index.php', '/message', '/upload'], true)) {
    http_response_code(404);
}

$visits = 1 + (int) ($_COOKIE['visits'] ?? 0);
// The page's own script asks for heads; only a person visits.
if ($_SERVER['REQUEST_METHOD'] !== 'HEAD') {
    setcookie('visits', (string) $visits, ['path' => '/', 'httponly' => true, 'samesite' => 'Lax']);
}

$name = trim((string) ($_GET['name'] ?? ''));
$message = trim((string) ($_POST['message'] ?? ''));
$upload = $_FILES['file'] ?? null;

$request = [
    'Interface (php_sapi_name)' => php_sapi_name(),
    'PHP' => PHP_VERSION,
    'Request' => $_SERVER['REQUEST_METHOD'] . ' ' . $_SERVER['REQUEST_URI'],
    'Script' => $_SERVER['SCRIPT_FILENAME'],
    'Function' => getenv('AWS_LAMBDA_FUNCTION_NAME') ?: 'none: not in Lambda',
    'Execution environment' => getenv('AWS_LAMBDA_LOG_STREAM_NAME') ?: 'none: not in Lambda',
    'Requests it has answered' => (string) answered(),
    'Trace' => $_SERVER['HTTP_X_AMZN_TRACE_ID'] ?? 'none',
    'Time in PHP' => sprintf('%.1f ms', (microtime(true) - $_SERVER['REQUEST_TIME_FLOAT']) * 1000),
];

// /tmp belongs to one execution environment and lives as long as it does; the name is for machines where it is shared.
function answered(): int
{
    $environment = getenv('AWS_LAMBDA_LOG_STREAM_NAME') ?: 'none';
    $counter = fopen(sys_get_temp_dir() . '/answered-' . md5($environment), 'c+');
    flock($counter, LOCK_EX);
    $count = 1 + (int) stream_get_contents($counter);
    ftruncate($counter, 0);
    rewind($counter);
    fwrite($counter, (string) $count);
    fclose($counter);
    return $count;
}

function escape(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
}

function size(int $bytes): string
{
    return $bytes < 10_000 ? "$bytes bytes" : sprintf('%.1f MB', $bytes / 1_000_000);
}

$failures = [
    UPLOAD_ERR_INI_SIZE => 'The file is larger than PHP takes (upload_max_filesize).',
    UPLOAD_ERR_PARTIAL => 'Only a part of the file arrived.',
    UPLOAD_ERR_NO_FILE => 'No file was chosen.',
];
?>
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>PHP with no web server</title>
  <link rel="icon" href="/assets/flame.png">
  <link rel="stylesheet" href="/assets/style.css">
  <script src="/assets/parts.js" defer></script>
</head>
<body>
  <header>
    <p class="mark">Davy</p>
    <h1><?= $name === '' ? 'No web server answered this.' : escape(getenv('GREETING') ?: 'Hello') . ', ' . escape($name) . '.' ?></h1>
    <p>An edge looked for this page in its cache, an HTTP API made an event of your request,
      a function’s execution environment took it, and php-fpm ran <code>index.php</code>.</p>
    <img src="/assets/way.png" width="1040" height="320" alt="A request’s way: from the viewer to the edge; from there to the bucket, or to the HTTP API, the function, the bootstrap and php-fpm">
  </header>

  <main>
<?php if (http_response_code() === 404): ?>
    <section class="wide missing" id="missing">
      <h2>Nothing is at <?= escape($path) ?></h2>
      <p>The function itself said so, with status 404. <a href="/">Back to the page</a></p>
    </section>
<?php endif ?>

    <section>
      <h2>A query string</h2>
      <p>From <code>$_GET</code>.</p>
      <form action="/" method="get">
        <label for="name">Your name</label>
        <div class="row">
          <input id="name" name="name" value="<?= escape($name) ?>" autocomplete="off">
          <button>Greet</button>
        </div>
      </form>
    </section>

    <section>
      <h2>A cookie</h2>
      <p>From <code>$_COOKIE</code>, set again with each answer.</p>
      <p class="figure" id="visits"><?= $visits ?></p>
      <p><?= $visits === 1 ? 'visit: your first' : 'visits with this browser' ?></p>
    </section>

    <section>
      <h2>A form</h2>
      <p>From <code>$_POST</code>.</p>
      <form action="/message" method="post">
        <label for="message">A message</label>
        <div class="row">
          <input id="message" name="message" autocomplete="off">
          <button>Send</button>
        </div>
      </form>
<?php if ($message !== ''): ?>
      <p class="result" id="posted">PHP received “<?= escape($message) ?>”.</p>
<?php endif ?>
    </section>

    <section>
      <h2>An upload</h2>
      <p>From <code>$_FILES</code>; up to about 4.4 MB fit into an event.</p>
      <form action="/upload" method="post" enctype="multipart/form-data">
        <label for="file">A file</label>
        <div class="row">
          <input id="file" name="file" type="file">
          <button>Upload</button>
        </div>
      </form>
<?php if ($upload !== null && $upload['error'] === UPLOAD_ERR_OK): ?>
      <p class="result" id="uploaded"><b><?= escape($upload['name']) ?></b>, <?= size($upload['size']) ?><br>
        <small>SHA-256 <?= hash_file('sha256', $upload['tmp_name']) ?></small></p>
<?php elseif ($upload !== null): ?>
      <p class="result failed" id="uploaded"><?= escape($failures[$upload['error']] ?? 'PHP could not keep the file.') ?></p>
<?php endif ?>
    </section>

    <section class="wide">
      <h2>This request, as PHP saw it</h2>
      <table id="request">
<?php foreach ($request as $what => $value): ?>
        <tr><th scope="row"><?= escape($what) ?></th><td><?= escape($value) ?></td></tr>
<?php endforeach ?>
      </table>
    </section>

    <section class="wide">
      <h2>Where each part came from</h2>
      <table id="parts">
        <thead><tr><th scope="col">Part</th><th scope="col">Origin</th><th scope="col">What the edge says</th></tr></thead>
        <tr><th scope="row"><?= escape($path) ?></th><td>the HTTP API, then PHP</td><td data-part="/">…</td></tr>
        <tr><th scope="row">/assets/style.css</th><td>the bucket</td><td data-part="/assets/style.css">…</td></tr>
        <tr><th scope="row">/assets/way.png</th><td>the bucket</td><td data-part="/assets/way.png">…</td></tr>
      </table>
    </section>
  </main>

  <footer>
    <p>One SAM template describes all of it: <code>template.yaml</code>. Edit <code>app/index.php</code>; the next request runs it.</p>
  </footer>
</body>
</html>
