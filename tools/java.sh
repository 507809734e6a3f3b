#!/usr/bin/env bash
# Print the home of a Java that Spark runs on: 17 or 21, with the module its launcher asks for.
# With a command, run that with JAVA_HOME set so, installing Java first where root may.
set -euo pipefail

# Whether the home's Java will do; a trimmed runtime lacks the module and says so instead.
suits_spark() {
    [[ -n $1 && -x $1/bin/java ]] || return
    local answer
    answer=$("$1/bin/java" --add-modules jdk.incubator.vector -version 2>&1) || return
    [[ $answer =~ version\ \"(17|21)[.\"] ]]
}

find_java() {
    local on_path home
    on_path=$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p') || true
    for home in "${JAVA_HOME:-}" "$on_path" \
        /usr/lib/jvm/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home \
        {/opt/homebrew,/usr/local}/opt/openjdk@*/libexec/openjdk.jdk/Contents/Home \
        "${HOME:-}"/.sdkman/candidates/java/*; do
        if suits_spark "$home"; then
            echo "$home"
            return
        fi
    done
    return 1
}

# How this machine's package manager installs Java `$1`; nothing where no manager is known.
install_command() {
    if command -v apt-get >/dev/null; then
        echo "apt-get install -y --no-install-recommends openjdk-$1-jre-headless"
    elif command -v dnf >/dev/null; then
        echo "dnf install -y java-$1-openjdk-headless"
    elif command -v apk >/dev/null; then
        echo "apk add openjdk$1-jre-headless"
    elif command -v brew >/dev/null; then
        echo "brew install openjdk@$1"
    fi
}

# Install 17, or 21 where the system no longer has 17.
install_java() {
    echo "Installing Java, which Spark needs" >&2
    local version command
    if command -v apt-get >/dev/null; then
        apt-get update
    fi
    for version in 17 21; do
        command=$(install_command "$version")
        if DEBIAN_FRONTEND=noninteractive $command; then
            return
        fi
    done
    return 1
}

give_up() {
    local command
    command=$(install_command 17)
    echo "Spark needs Java 17 or 21, and none was found. Install one, then run this again:" >&2
    case $command in
        "") echo "    a JDK 17 from anywhere; set JAVA_HOME to its folder" ;;
        brew*) echo "    $command" ;;
        *) echo "    sudo $command" ;;
    esac >&2
    exit 1
}

if ! home=$(find_java); then
    [[ $# -gt 0 && $(id -u) -eq 0 && -n $(install_command 17) ]] || give_up
    install_java </dev/null >&2 || give_up
    home=$(find_java) || give_up
fi

if [[ $# -eq 0 ]]; then
    echo "$home"
else
    JAVA_HOME=$home exec "$@"
fi
