// Prints the settings that the Spark of a class path knows: name, kind, least value, choices.
//
// An entry's own converter tells its kind: it is given texts, and takes them or not. Names that are
// only constants of Spark's code are known as well, and with a dot at their end as beginnings.

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.File;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.internal.config.ConfigEntry;
import org.apache.spark.sql.internal.SQLConf;
import scala.collection.Iterator;

public class SparkSettings {
    private static final String BUILDER = "org/apache/spark/internal/config/ConfigBuilder";
    private static final Pattern NAME = Pattern.compile("spark(\\.\\w+)+\\.?");
    private static final Pattern CHOICES = Pattern.compile(
        "should be one of '?([\\w ,-]+?)(?:'|,? but was)");

    public static void main(String[] arguments) throws Exception {
        Map<String, String> lines = new TreeMap<>();
        for (File jar : new File(arguments[0]).listFiles()) {
            if (jar.getName().startsWith("spark-")) {
                read(jar, lines);
            }
        }
        Class<?> registry = Class.forName("org.apache.spark.internal.config.ConfigEntry$");
        Object module = registry.getField("MODULE$").get(null);
        Field field = registry.getDeclaredField("knownConfigs");
        field.setAccessible(true);
        for (Object each : ((Map<?, ?>) field.get(module)).values()) {
            ConfigEntry<?> entry = (ConfigEntry<?>) each;
            lines.put(entry.key(), described(entry));
            for (Iterator<?> all = entry.alternatives().iterator(); all.hasNext();) {
                lines.put((String) all.next(), described(entry));
            }
        }
        for (Iterator<?> all = SQLConf.removedSQLConfigs().keysIterator(); all.hasNext();) {
            lines.remove(all.next());
        }
        lines.forEach((name, text) -> System.out.println(name + "\t" + text));
    }

    // Entries make themselves known when the object that holds them is initialised.
    private static void read(File file, Map<String, String> lines) throws Exception {
        try (JarFile jar = new JarFile(file)) {
            for (Enumeration<JarEntry> all = jar.entries(); all.hasMoreElements();) {
                JarEntry entry = all.nextElement();
                if (!entry.getName().endsWith(".class")) {
                    continue;
                }
                Set<String> constants = constants(jar.getInputStream(entry).readAllBytes());
                for (String each : constants) {
                    if (NAME.matcher(each).matches()) {
                        lines.put(each, "text\t\t");
                    }
                }
                if (entry.getName().endsWith("$.class") && constants.contains(BUILDER)) {
                    initialise(entry.getName().replace('/', '.').replace(".class", ""));
                }
            }
        }
    }

    private static void initialise(String name) {
        try {
            Class.forName(name);
        } catch (Throwable unavailable) {
            System.err.println(name + ": " + unavailable);
        }
    }

    // The texts in a class file's pool of constants.
    private static Set<String> constants(byte[] file) throws Exception {
        Set<String> found = new HashSet<>();
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(file));
        in.skipBytes(8);
        int count = in.readUnsignedShort();
        for (int i = 1; i < count; i++) {
            switch (in.readUnsignedByte()) {
                case 1 -> found.add(in.readUTF());
                case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipBytes(4);
                case 5, 6 -> {
                    in.skipBytes(8);
                    i++;
                }
                case 15 -> in.skipBytes(3);
                default -> in.skipBytes(2);
            }
        }
        return found;
    }

    private static String described(ConfigEntry<?> entry) {
        String kind = kind(entry);
        String least = "";
        if (kind.equals("int") || kind.equals("long")) {
            least = takes(entry, "-1") ? "" : takes(entry, "0") ? "0" : takes(entry, "1") ? "1" : "";
        }
        return kind + "\t" + least + "\t" + (kind.equals("choice") ? choices(entry) : "");
    }

    private static String kind(ConfigEntry<?> entry) {
        if (takes(entry, "xyzzy")) {
            return "text";
        }
        if (takes(entry, "true") && takes(entry, "false") && !takes(entry, "1")) {
            return "boolean";
        }
        if (takes(entry, "1s") && !takes(entry, "1g")) {
            return "duration";
        }
        if (takes(entry, "1g") && !takes(entry, "1s")) {
            return "size";
        }
        boolean takesNumber = takes(entry, "1") || takes(entry, "2") || takes(entry, "100");
        if (takes(entry, "0.5") || takes(entry, "1.5")) {
            return "number";
        }
        if (takesNumber && takes(entry, "5000000000")) {
            return "long";
        }
        if (takesNumber && !takes(entry, "1s")) {
            return "int";
        }
        return choices(entry).isEmpty() ? "text" : "choice";
    }

    private static boolean takes(ConfigEntry<?> entry, String text) {
        try {
            entry.valueConverter().apply(text);
            return true;
        } catch (Throwable refused) {
            return false;
        }
    }

    private static String choices(ConfigEntry<?> entry) {
        try {
            entry.valueConverter().apply("xyzzy");
            return "";
        } catch (Throwable refused) {
            Matcher found = CHOICES.matcher(String.valueOf(refused.getMessage()));
            if (!found.find()) {
                return "";
            }
            List<String> taken = new ArrayList<>();
            for (String each : new TreeSet<>(List.of(found.group(1).split(", *")))) {
                if (takes(entry, each.trim())) {
                    taken.add(each.trim());
                }
            }
            return String.join(",", taken);
        }
    }
}
