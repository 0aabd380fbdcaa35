package io.vipgate;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What may depend on what. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("io.vipgate");

    private static final Path SOURCES = Path.of("src/main/java");
    private static final Pattern TOP_LEVEL_TYPE = Pattern
            .compile("(?m)^(?:public |final |abstract |sealed |non-sealed )*(?:class|record) (\\w+)[^{]*\\{");
    private static final Pattern JAVADOC = Pattern.compile("(?s)/\\*\\*.*?\\*/");
    private static final Pattern WHO_MAY_USE_IT = Pattern.compile("\\b(Immutable|Thread-safe|Confined|Stateless)\\b");

    /** Packages of the project that exist. */
    private static List<JavaPackage> packages() {
        JavaPackage root = CLASSES.getPackage("io.vipgate");
        List<JavaPackage> all = new ArrayList<>(root.getSubpackagesInTree());
        all.add(root);
        return all;
    }

    private static void assertUses(String home, String library) {
        assertThat(CLASSES.stream().filter(resideInAPackage(home))
                .anyMatch(user -> user.getDirectDependenciesFromSelf().stream()
                        .anyMatch(dependency -> resideInAPackage(library).test(dependency.getTargetClass()))))
                .as("%s is used in %s", library, home).isTrue();
    }

    private static void assertStaysAtHome(String library, String home) {
        assertUses(home, library);
        noClasses().that().resideOutsideOfPackage(home).should().dependOnClassesThat().resideInAPackage(library)
                .because("a library has one home").check(CLASSES);
    }

    private static void assertDependsOnlyOn(String name, String... allowed) {
        List<String> all = new ArrayList<>(List.of(allowed));
        all.addAll(List.of("java..", "org.jspecify.annotations", name));
        classes().that().resideInAPackage(name).should()
                .onlyDependOnClassesThat(resideInAnyPackage(all.toArray(String[]::new))).check(CLASSES);
    }

    @Test
    void nettyLivesInEventLoopAndInTheAdminServersHttp() {
        String[] homes = {"io.vipgate.eventloop", "io.vipgate.admin.http"};
        for (String home : homes) {
            assertUses(home, "io.netty..");
        }
        noClasses().that().resideOutsideOfPackages(homes).should().dependOnClassesThat().resideInAPackage("io.netty..")
                .because("relays need its event loops, admin needs its HTTP, and nothing else needs to know")
                .check(CLASSES);
    }

    @Test
    void httpStaysInAdmin() {
        noClasses().that().resideOutsideOfPackage("io.vipgate.admin.http").should().dependOnClassesThat()
                .resideInAPackage("io.netty.handler..").check(CLASSES);
    }

    @Test
    void picocliLivesInCli() {
        assertStaysAtHome("picocli..", "io.vipgate.cli");
    }

    @Test
    void snakeYamlLivesInOneClassOfConfig() {
        assertOnlyUser("org.yaml.snakeyaml..", "io.vipgate.config.YamlTree");
    }

    @Test
    void logbackLivesInOneClass() {
        assertOnlyUser("ch.qos.logback..", "io.vipgate.process.Logging");
    }

    private static void assertOnlyUser(String library, String user) {
        List<String> users = CLASSES.stream()
                .filter(each -> each.getDirectDependenciesFromSelf().stream()
                        .anyMatch(dependency -> resideInAPackage(library).test(dependency.getTargetClass())))
                .map(each -> outermost(each).getName()).distinct().toList();

        assertThat(users).containsExactly(user);
    }

    private static JavaClass outermost(JavaClass inner) {
        return inner.getEnclosingClass().map(ArchitectureTest::outermost).orElse(inner);
    }

    @Test
    void poolDependsOnTheJdkAlone() {
        assertDependsOnlyOn("io.vipgate.pool");
    }

    @Test
    void balanceDependsOnPoolAndHashAlone() {
        assertDependsOnlyOn("io.vipgate.balance", "io.vipgate.pool", "io.vipgate.hash");
    }

    @Test
    void hashDependsOnTheJdkAlone() {
        assertDependsOnlyOn("io.vipgate.hash");
    }

    @Test
    void accessDependsOnLinuxTextAndHashAlone() {
        assertDependsOnlyOn("io.vipgate.access", "io.vipgate.linux", "io.vipgate.text", "io.vipgate.hash");
    }

    @Test
    void theDataPathNeverDependsOnTheControlPath() {
        assertDependsOnlyOn("io.vipgate.relay", "io.vipgate.linux", "io.vipgate.eventloop", "io.vipgate.pool",
                "io.vipgate.balance", "io.vipgate.pinning", "io.vipgate.proxyprotocol", "io.vipgate.counters",
                "io.vipgate.clienthello", "io.vipgate.access", "io.vipgate.text", "org.slf4j");
    }

    @Test
    void clienthelloDependsOnTheJdkAlone() {
        assertDependsOnlyOn("io.vipgate.clienthello");
    }

    @Test
    void caffeineLivesInPinning() {
        assertStaysAtHome("com.github.benmanes..", "io.vipgate.pinning");
    }

    @Test
    void pinningDependsOnPoolAlone() {
        assertDependsOnlyOn("io.vipgate.pinning", "io.vipgate.pool", "com.github.benmanes..", "org.slf4j");
    }

    @Test
    void micrometerAndThePrometheusClientLiveInMetrics() {
        assertStaysAtHome("io.micrometer..", "io.vipgate.metrics");
        assertStaysAtHome("io.prometheus..", "io.vipgate.metrics");
    }

    @Test
    void metricsDependsOnWhatItTellsAndWhomItTellsAlone() {
        assertDependsOnlyOn("io.vipgate.metrics", "io.vipgate.admin", "io.vipgate.admin.http", "io.vipgate.relay",
                "io.vipgate.probe",
                "io.vipgate.clienthello", "io.vipgate.pinning", "io.vipgate.neighbour", "io.vipgate.pool",
                "io.vipgate.counters", "io.micrometer..", "io.prometheus..");
    }

    @Test
    void countersDependsOnTheJdkAlone() {
        assertDependsOnlyOn("io.vipgate.counters");
    }

    @Test
    void adminDependsOnItsHttpModelJsonAndTextAlone() {
        assertDependsOnlyOn("io.vipgate.admin", "io.vipgate.admin.http", "io.vipgate.admin.model", "io.vipgate.json",
                "io.vipgate.text", "org.slf4j");
        assertDependsOnlyOn("io.vipgate.admin.http", "io.vipgate.admin.model", "io.vipgate.json", "io.vipgate.text",
                "io.netty..", "org.slf4j");
        assertDependsOnlyOn("io.vipgate.admin.model", "io.vipgate.json");
    }

    @Test
    void jsonDependsOnTheJdkAlone() {
        assertDependsOnlyOn("io.vipgate.json");
    }

    @Test
    void textDependsOnTheJdkAlone() {
        assertDependsOnlyOn("io.vipgate.text");
    }

    @Test
    void importersDependOnTheirCommonPackageAlone() {
        assertDependsOnlyOn("io.vipgate.importer.common", "io.vipgate.text");
        String[] formats = {"io.vipgate.importer.iptables", "io.vipgate.importer.keepalived",
            "io.vipgate.importer.haproxy", "io.vipgate.importer.nginx", "io.vipgate.importer.nft"};
        assertDependsOnlyOn("io.vipgate.importer.netfilter", "io.vipgate.importer.common", "io.vipgate.text");
        for (String format : formats) {
            assertDependsOnlyOn(format, "io.vipgate.importer.common", "io.vipgate.importer.netfilter",
                    "io.vipgate.text");
        }
        List<String> all = new ArrayList<>(List.of(formats));
        all.add("io.vipgate.importer.common");
        assertDependsOnlyOn("io.vipgate.importer", all.toArray(String[]::new));
    }

    @Test
    void neighbourDependsOnLinuxPoolAndTextAlone() {
        assertDependsOnlyOn("io.vipgate.neighbour", "io.vipgate.linux", "io.vipgate.pool", "io.vipgate.text",
                "org.slf4j");
    }

    @Test
    void accessLogDependsOnRelayLinuxPoolAndTextAlone() {
        assertDependsOnlyOn("io.vipgate.accesslog", "io.vipgate.relay", "io.vipgate.linux", "io.vipgate.pool",
                "io.vipgate.text", "org.slf4j");
    }

    @Test
    void proxyProtocolDependsOnLinuxAndTextAlone() {
        assertDependsOnlyOn("io.vipgate.proxyprotocol", "io.vipgate.linux", "io.vipgate.text");
    }

    @Test
    void theEntryDependsOnTheCommandsAlone() {
        assertDependsOnlyOn("io.vipgate", "io.vipgate.cli");
    }

    @Test
    void linuxDependsOnNoOtherPackageOfTheProject() {
        assertDependsOnlyOn("io.vipgate.linux", "org.slf4j");
    }

    @Test
    void eventLoopDependsOnLinuxAlone() {
        assertDependsOnlyOn("io.vipgate.eventloop", "io.vipgate.linux", "io.netty..", "org.slf4j");
    }

    @Test
    void relaysAreNotMadeOfChannels() {
        noClasses().that().resideOutsideOfPackage("io.vipgate.admin.http").should().dependOnClassesThat()
                .haveFullyQualifiedName("io.netty.channel.Channel").orShould().dependOnClassesThat()
                .haveFullyQualifiedName("io.netty.channel.ChannelPipeline").orShould()
                .dependOnClassesThat().resideInAPackage("io.netty.buffer..")
                .because("channels cost a relay more than twice the system calls and nine times the memory")
                .check(CLASSES);
    }

    @Test
    void noTwoPackagesDependOnEachOther() {
        SliceAssignment byPackage = new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass each) {
                return SliceIdentifier.of(each.getPackageName());
            }

            @Override
            public String getDescription() {
                return "packages";
            }
        };
        SlicesRuleDefinition.slices().assignedFrom(byPackage).should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void noConstructorStartsAThreadOrATaskOrRegistersAnything() {
        Set<String> starts = Set.of("start", "startVirtualThread", "schedule", "scheduleAtFixedRate",
                "scheduleWithFixedDelay", "submit", "execute", "createContext", "publish");

        List<String> starting = CLASSES.stream().flatMap(each -> each.getConstructors().stream())
                .flatMap(constructor -> constructor.getMethodCallsFromSelf().stream())
                .filter(call -> starts.contains(call.getTarget().getName())
                        || call.getTarget().getFullName().startsWith("io.vipgate.eventloop.EventLoop.register("))
                .map(Object::toString).toList();

        assertThat(starting).isEmpty();
    }

    @Test
    void everyPackageSaysWhatItIsForAndHasNoUnmarkedNulls() throws IOException {
        assertThat(packages()).hasSizeGreaterThan(5);
        for (JavaPackage each : packages()) {
            assertThat(each.isAnnotatedWith(NullMarked.class)).as("%s is @NullMarked", each.getName()).isTrue();
            String source = Files.readString(
                    SOURCES.resolve(each.getName().replace('.', '/')).resolve("package-info.java"));
            assertThat(source).as(each.getName()).containsPattern(JAVADOC);
        }
    }

    @Test
    void everyClassSaysWhoMayUseIt() throws IOException {
        List<String> silent = new ArrayList<>();
        int seen = 0;
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java")).sorted().toList()) {
                String source = Files.readString(file);
                Matcher type = TOP_LEVEL_TYPE.matcher(source);
                // Interfaces leave it to their classes; enums, annotations and exceptions are what they are.
                if (!type.find() || type.group(1).endsWith("Exception")) {
                    continue;
                }
                seen++;
                String javadoc = JAVADOC.matcher(source.substring(0, type.start())).results()
                        .map(MatchResult::group).reduce("", (_, last) -> last);
                if (!WHO_MAY_USE_IT.matcher(javadoc).find()) {
                    silent.add(SOURCES.relativize(file).toString());
                }
            }
        }
        assertThat(seen).isGreaterThan(50);
        assertThat(silent).as("classes whose Javadoc has none of Immutable, Thread-safe, Confined, Stateless")
                .isEmpty();
    }
}
