<?php
$name = $_GET['name'] ?? 'world';
?>
<!doctype html>
<html lang="en">
<head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Hello, <?= htmlspecialchars($name) ?></title>
    <link rel="stylesheet" href="/assets/style.css">
</head>
<body>
    <main>
        <h1>Hello, <?= htmlspecialchars($name) ?></h1>
        <p>PHP <?= PHP_VERSION ?> answered this through <?= php_sapi_name() ?>; the style came from the bucket.</p>
        <form>
            <label>Your name <input name="name" value="<?= htmlspecialchars($name) ?>"></label>
            <button>Greet</button>
        </form>
    </main>
</body>
</html>
