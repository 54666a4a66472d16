<?php
// Hashes passwords with PHP, at its lowest costs: JSON of passwords in, JSON of hashes out.

$passwords = json_decode(stream_get_contents(STDIN), true);
$cheap = ['memory_cost' => 64, 'time_cost' => 1, 'threads' => 1];
$origins = ['PHP bcrypt' => [PASSWORD_BCRYPT, ['cost' => 4]]];
// PHP may be built without Argon2.
if (defined('PASSWORD_ARGON2ID')) {
    $origins['PHP argon2id'] = [PASSWORD_ARGON2ID, $cheap];
    $origins['PHP argon2i'] = [PASSWORD_ARGON2I, $cheap];
}
$hashes = [];
foreach ($origins as $origin => [$algorithm, $options]) {
    foreach ($passwords as $password) {
        try {
            $hash = password_hash($password, $algorithm, $options);
        } catch (ValueError) {
            $hash = null;
        }
        $hashes[] = ['origin' => $origin, 'password' => $password, 'hash' => $hash];
    }
}
echo json_encode($hashes);
